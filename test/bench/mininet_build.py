"""The same star and line in Mininet: Linux bridge and hosts, router nodes. Prints milliseconds up and down.

Usage: mininet_build.py star|line N   (as root, inside network, mount and process namespaces of its own)
"""

import sys
import time

from mininet.log import setLogLevel
from mininet.net import Mininet
from mininet.node import Node
from mininet.nodelib import LinuxBridge


class Router(Node):
    def config(self, **params):
        super().config(**params)
        self.cmd("sysctl -qw net.ipv4.ip_forward=1")


def star(net, count):
    switch = net.addSwitch("s1")
    for i in range(count):
        address = f"10.0.{(i + 2) >> 8}.{(i + 2) & 255}/16"
        host = net.addHost(f"n{i}", ip=address, defaultRoute="via 10.0.0.1")
        net.addLink(host, switch)


def line(net, count):
    routers = [net.addHost(f"r{i}", cls=Router, ip=None) for i in range(count)]
    for i in range(count - 1):
        base = i * 4
        subnet = f"10.0.{base >> 8}"
        net.addLink(
            routers[i],
            routers[i + 1],
            intfName1=f"r{i}-right",
            intfName2=f"r{i + 1}-left",
            params1={"ip": f"{subnet}.{(base & 255) + 1}/30"},
            params2={"ip": f"{subnet}.{(base & 255) + 2}/30"},
        )
    return routers


def route(routers):
    for i, router in enumerate(routers):
        if i + 1 < len(routers):
            base = i * 4
            router.cmd(f"ip route add default via 10.0.{base >> 8}.{(base & 255) + 2}")
        if i > 1:
            base = (i - 1) * 4
            router.cmd(f"ip route add 10.0.0.0/30 via 10.0.{base >> 8}.{(base & 255) + 1}")


def main():
    setLogLevel("error")
    kind, count = sys.argv[1], int(sys.argv[2])
    begin = time.monotonic()
    net = Mininet(topo=None, build=False, switch=LinuxBridge, controller=None)
    routers = None
    if kind == "star":
        star(net, count)
    else:
        routers = line(net, count)
    net.build()
    net.start()
    if routers:
        route(routers)
    up = time.monotonic()
    net.stop()
    down = time.monotonic()
    print(f"{(up - begin) * 1e3:.1f} {(down - up) * 1e3:.1f}")


main()
