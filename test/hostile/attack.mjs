// Builds and runs the attacker: `node attack.mjs OWN_ADDRESS ADDRESS TCP_PORT UDP_PORT`. OWN_ADDRESS is that of the
// attacker; the other arguments name the attacked node. Run it only on loopback or in a network namespace. The process
// ends when its standard input ends.
import {build} from './build.mjs';

await import(build()('attacker.js'));
