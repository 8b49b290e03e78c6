/*
 * The floor: the same star and line as the lab, built by C that speaks rtnetlink and does nothing else.
 * Usage: floor star|line N   (inside a fresh network and mount namespace with /run/netns). Prints milliseconds.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int home;
static char buffer[4096];
static struct nlmsghdr *message;
static unsigned sequence;

static void die(const char *what) {
  perror(what);
  exit(1);
}

static void start(int type, int flags, const void *body, size_t size) {
  memset(buffer, 0, sizeof buffer);
  message = (struct nlmsghdr *)buffer;
  message->nlmsg_type = type;
  message->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
  message->nlmsg_seq = ++sequence;
  memcpy(NLMSG_DATA(message), body, size);
  message->nlmsg_len = NLMSG_LENGTH(size);
}

static struct rtattr *put(int type, const void *data, size_t size) {
  struct rtattr *attribute = (struct rtattr *)(buffer + NLMSG_ALIGN(message->nlmsg_len));
  attribute->rta_type = type;
  attribute->rta_len = RTA_LENGTH(size);
  if (size) memcpy(RTA_DATA(attribute), data, size);
  message->nlmsg_len = NLMSG_ALIGN(message->nlmsg_len) + RTA_ALIGN(attribute->rta_len);
  return attribute;
}

static void end(struct rtattr *nest) { nest->rta_len = buffer + message->nlmsg_len - (char *)nest; }

static void talk(int socket_, const char *what) {
  char answer[8192];
  if (send(socket_, buffer, message->nlmsg_len, 0) < 0) die(what);
  if (recv(socket_, answer, sizeof answer, 0) < 0) die(what);
  struct nlmsgerr *error = NLMSG_DATA((struct nlmsghdr *)answer);
  if (error->error) {
    errno = -error->error;
    die(what);
  }
}

static int request_socket(void) {
  int s = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (s < 0) die("netlink");
  return s;
}

struct netns {
  int file, socket;
};

static struct netns add_namespace(const char *name) {
  char path[64];
  snprintf(path, sizeof path, "/run/netns/%s", name);
  close(open(path, O_CREAT | O_EXCL, 0600));
  if (unshare(CLONE_NEWNET)) die("unshare");
  if (mount("/proc/thread-self/ns/net", path, "none", MS_BIND, 0)) die("mount");
  struct netns made = {open(path, O_RDONLY | O_CLOEXEC), request_socket()};
  if (setns(home, CLONE_NEWNET)) die("setns");
  return made;
}

static unsigned find_index(int s, const char *name) {
  struct ifinfomsg link = {.ifi_family = AF_UNSPEC};
  char answer[16384];
  start(RTM_GETLINK, 0, &link, sizeof link);
  message->nlmsg_flags = NLM_F_REQUEST;
  put(IFLA_IFNAME, name, strlen(name) + 1);
  if (send(s, buffer, message->nlmsg_len, 0) < 0 || recv(s, answer, sizeof answer, 0) < 0) die("getlink");
  return ((struct ifinfomsg *)NLMSG_DATA((struct nlmsghdr *)answer))->ifi_index;
}

/* The peer goes into the namespace `inside`; the end in `s` comes up at once, on a bridge if there is one. */
static void add_veth(int s, const char *name, const char *peer, int inside, unsigned bridge) {
  struct ifinfomsg link = {.ifi_family = AF_UNSPEC, .ifi_flags = IFF_UP, .ifi_change = IFF_UP};
  struct ifinfomsg other = {.ifi_family = AF_UNSPEC};
  start(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &link, sizeof link);
  put(IFLA_IFNAME, name, strlen(name) + 1);
  if (bridge) put(IFLA_MASTER, &bridge, 4);
  struct rtattr *info = put(IFLA_LINKINFO, NULL, 0);
  put(IFLA_INFO_KIND, "veth", 4);
  struct rtattr *data = put(IFLA_INFO_DATA, NULL, 0);
  struct rtattr *peer_info = put(VETH_INFO_PEER, &other, sizeof other);
  put(IFLA_IFNAME, peer, strlen(peer) + 1);
  put(IFLA_NET_NS_FD, &inside, 4);
  end(peer_info);
  end(data);
  end(info);
  talk(s, "veth");
}

static void up(int s, unsigned index) {
  struct ifinfomsg link = {.ifi_family = AF_UNSPEC, .ifi_index = index, .ifi_flags = IFF_UP, .ifi_change = IFF_UP};
  start(RTM_NEWLINK, 0, &link, sizeof link);
  talk(s, "up");
}

static void add_address(int s, unsigned index, unsigned address, int bits) {
  struct ifaddrmsg body = {.ifa_family = AF_INET, .ifa_prefixlen = bits, .ifa_index = index};
  unsigned wire = htonl(address);
  start(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &body, sizeof body);
  put(IFA_LOCAL, &wire, 4);
  put(IFA_ADDRESS, &wire, 4);
  talk(s, "address");
}

static void add_route(int s, unsigned to, int bits, unsigned gateway) {
  struct rtmsg body = {.rtm_family = AF_INET, .rtm_dst_len = bits, .rtm_table = RT_TABLE_MAIN, .rtm_protocol = RTPROT_BOOT, .rtm_type = RTN_UNICAST};
  unsigned wire = htonl(to), via = htonl(gateway);
  start(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, &body, sizeof body);
  if (bits) put(RTA_DST, &wire, 4);
  put(RTA_GATEWAY, &via, 4);
  talk(s, "route");
}

static void forward(struct netns where) {
  if (setns(where.file, CLONE_NEWNET)) die("setns");
  int f = open("/proc/sys/net/ipv4/ip_forward", O_WRONLY);
  if (write(f, "1", 1) != 1) die("ip_forward");
  close(f);
  if (setns(home, CLONE_NEWNET)) die("setns");
}

static void star(int n) {
  int s = request_socket();
  struct ifinfomsg link = {.ifi_family = AF_UNSPEC};
  start(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &link, sizeof link);
  put(IFLA_IFNAME, "bridge0", 8);
  struct rtattr *info = put(IFLA_LINKINFO, NULL, 0);
  put(IFLA_INFO_KIND, "bridge", 6);
  end(info);
  talk(s, "bridge");
  unsigned bridge = if_nametoindex("bridge0");
  add_address(s, bridge, 0x0a000001, 16);
  for (int i = 0; i < n; i++) {
    char name[32], port[32];
    snprintf(name, sizeof name, "n%d", i);
    snprintf(port, sizeof port, "p%d", i);
    struct netns leaf = add_namespace(name);
    up(leaf.socket, 1);
    add_veth(s, port, "eth0", leaf.file, bridge);
    unsigned index = find_index(leaf.socket, "eth0");
    add_address(leaf.socket, index, 0x0a000002 + i, 16);
    up(leaf.socket, index);
    add_route(leaf.socket, 0, 0, 0x0a000001);
  }
  up(s, bridge);
}

static void line(int n) {
  struct netns *routers = calloc(n, sizeof *routers);
  for (int i = 0; i < n; i++) {
    char name[32];
    snprintf(name, sizeof name, "r%d", i);
    routers[i] = add_namespace(name);
    up(routers[i].socket, 1);
  }
  for (int i = 0; i + 1 < n; i++) {
    unsigned net = 0x0a000000 + i * 4;
    add_veth(routers[i].socket, "right", "left", routers[i + 1].file, 0);
    add_address(routers[i].socket, find_index(routers[i].socket, "right"), net + 1, 30);
    unsigned left = find_index(routers[i + 1].socket, "left");
    add_address(routers[i + 1].socket, left, net + 2, 30);
    up(routers[i + 1].socket, left);
  }
  for (int i = 0; i < n; i++) {
    if (i + 1 < n) add_route(routers[i].socket, 0, 0, 0x0a000000 + i * 4 + 2);
    if (i > 1) add_route(routers[i].socket, 0x0a000000, 30, 0x0a000000 + (i - 1) * 4 + 1);
    forward(routers[i]);
  }
}

int main(int argc, char **argv) {
  struct timespec from, to;
  int n = argc > 2 ? atoi(argv[2]) : 0;
  if (n < 1 || n > 2000) return 2;
  home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
  clock_gettime(CLOCK_MONOTONIC, &from);
  if (!strcmp(argv[1], "star")) star(n);
  else line(n);
  clock_gettime(CLOCK_MONOTONIC, &to);
  printf("%.1f\n", (to.tv_sec - from.tv_sec) * 1e3 + (to.tv_nsec - from.tv_nsec) / 1e6);
  return 0;
}
