import { defineDemo } from "../../harness/judge/index.ts";

export default defineDemo({
	title: "A cable out of the box",
	minutes: 7,
	views: ["network", "namespaces", "answers"],
	steps: [
		{
			narration: "We start two containers, each with a root and a hostname of its own, and the same server in both.",
			stage: "host",
			command:
				"for i in 1 2; do unshare --uts --ipc --mount chroot /lab/rootfs httpd -p 80; done; busybox killall httpd",
			look: "Address already in use. Each container has its own hostname, but they share one port 80.",
			promises: ["Address already in use"],
		},
		{
			narration: "So we ask for a network namespace. Which network does it have?",
			stage: "host",
			command: "unshare --net sh -c 'ip address; ip route; busybox ping -c 1 127.0.0.1'",
			look: "A loopback that is DOWN, no address, no route. A process in it cannot even send a packet to itself.",
			promises: ["<LOOPBACK> .* state DOWN", "Network is unreachable"],
		},
		{
			narration:
				"No packet gets in or out. To connect such a namespace, we make one with a name, and start a shell in it.",
			stage: "container",
			command: "ip netns add web; ip netns exec web sh",
			look: "This shell is in the namespace web.",
			promises: [],
		},
		{
			narration:
				"On the host, we make a bridge, which is a switch, and a veth pair, which is a cable. One end of the cable is plugged into the bridge, the other end is in the container.",
			stage: "host",
			command:
				"ip link add box0 up type bridge; ip address add 10.88.0.1/24 dev box0; ip link add box-web up master box0 type veth peer name eth0 netns web; ls -1 /sys/class/net",
			look: "The host has box0 and box-web. eth0, the other end, is not on the host.",
			promises: ["^box0$", "^box-web$"],
		},
		{
			narration: "In the container, we set both links up, add the address and the default route, and start the server.",
			stage: "container",
			command:
				"ip link set lo up; ip address add 10.88.0.2/24 dev eth0; ip link set eth0 up; ip route add default via 10.88.0.1; echo hello > index.html; busybox httpd -p 80; ip route",
			look: "The default route leads to the bridge. The kernel added the second route for the address.",
			promises: ["^default via 10.88.0.1 dev eth0", "^10.88.0.0/24 dev eth0"],
		},
		{
			narration: "The host connects to the container.",
			stage: "host",
			command: "busybox wget -q -O - http://10.88.0.2/",
			look: "The container answers: the cable works.",
			promises: ["^hello$"],
		},
		{
			narration:
				"Now a computer outside connects to port 8080 of the host. Another namespace plays this computer, the world.",
			stage: "host",
			command:
				"ip netns add world; ip link add world0 up type veth peer name eth0 netns world; ip address add 203.0.113.1/24 dev world0; ip -n world address add 203.0.113.2/24 dev eth0; ip -n world link set eth0 up; ip netns exec world busybox wget -q -T 2 -O - http://203.0.113.1:8080/",
			look: "Refused: no program on the host listens on that port.",
			promises: ["Connection refused"],
		},
		{
			narration: "We make the host a router, and add one rule that gives the packets another destination.",
			stage: "host",
			command:
				"sysctl -q net.ipv4.ip_forward=1; nft add table ip box-web; nft 'add chain ip box-web prerouting { type nat hook prerouting priority dstnat; }'; nft add rule ip box-web prerouting fib daddr type local tcp dport 8080 dnat to 10.88.0.2:80; ip netns exec world busybox wget -q -T 2 -O - http://203.0.113.1:8080/",
			look: "The world gets the container's answer. For clients from outside, this rule is the published port.",
			promises: ["^hello$"],
		},
		{
			narration: "What is left when the container ends? We kill its processes, and delete the namespace's name.",
			stage: "host",
			command: "kill -KILL $(ip netns pids web); ip netns delete web; sleep 1; ls -1 /sys/class/net; nft list tables",
			look: "The cable is gone with the namespace. The bridge and the rule are still there: they are in the host's namespace, so the kernel does not remove them.",
			promises: ["(?<!box-web\\n)^box0$", "^table ip box-web$"],
			note: "ip netns pids also lists the shell in the other window, so that shell ends too. It takes SIGKILL, because an interactive shell ignores SIGTERM.",
		},
		{
			narration: "So the engine must remove them.",
			stage: "host",
			command:
				"nft delete table ip box-web; ip link delete box0; ip netns delete world; sysctl -q net.ipv4.ip_forward=0; rm index.html; nft list tables; ls -1 /sys/class/net",
			look: "The host is as it was.",
			promises: ["^lo$"],
		},
	],
});
