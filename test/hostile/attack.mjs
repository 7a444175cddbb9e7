// Builds and runs the attacker: `node attack.mjs OWN_ADDRESS ADDRESS TCP_PORT UDP_PORT`. Run it on loopback or in a
// network namespace only. It ends with its input.
import {build} from './build.mjs';

await import(build()('attacker.js'));
