"""Connects two network namespaces by a tun interface in each: what one end sends, the other end receives. Usage:
tun-cable.py NAMESPACE NAMESPACE. The interfaces are called tun0. Prints a line when they exist, and ends when its
standard input ends."""
import ctypes, fcntl, os, select, struct, sys

TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


def open_tun(namespace):
    with open(f"/var/run/netns/{namespace}") as net:
        if libc.setns(net.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")
    tun = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH", b"tun0", IFF_TUN | IFF_NO_PI))
    return tun


ends = [open_tun(namespace) for namespace in sys.argv[1:3]]
print("ready", flush=True)
while True:
    ready, _, _ = select.select([*ends, sys.stdin], [], [])
    if sys.stdin in ready:
        break
    for end in ready:
        packet = os.read(end, 65536)
        try:
            os.write(ends[1 - ends.index(end)], packet)
        except OSError:
            pass  # The other interface is down.
