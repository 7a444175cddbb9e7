// Builds and runs the attacker: `node attack.mjs OWN_ADDRESS ADDRESS TCP_PORT UDP_PORT`. Run it only on loopback or in a
// network namespace. The process ends when its standard input ends.
import {build} from './build.mjs';

await import(build()('attacker.js'));
