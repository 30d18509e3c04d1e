import { defineDemo } from "../../harness/judge/index.ts";

export default defineDemo({
	title: "A cable out of the box",
	minutes: 7,
	views: ["network", "namespaces", "answers"],
	steps: [
		{
			narration: "Two containers, as we have them so far, and the same server in both. Each has its own files.",
			stage: "host",
			command:
				"for i in 1 2; do unshare --uts --ipc --mount chroot /lab/rootfs httpd -p 80; done; busybox killall httpd",
			look: "Address already in use. They see nothing of each other, and yet there is only one port 80.",
			promises: ["Address already in use"],
		},
		{
			narration: "So we ask for a network namespace. Which network is in there?",
			stage: "host",
			command: "unshare --net sh -c 'ip address; ip route; busybox ping -c 1 127.0.0.1'",
			look: "A loopback that is DOWN, no address, no route. It cannot even talk to itself.",
			promises: ["<LOOPBACK> .* state DOWN", "Network is unreachable"],
		},
		{
			narration: "This wall is perfect. We make a hole: a namespace with a name, and a shell in it.",
			stage: "container",
			command: "ip netns add web; ip netns exec web sh",
			look: "A shell that is in the namespace web.",
			promises: [],
		},
		{
			narration:
				"On the host, a bridge, which is a switch; and a veth pair, which is a cable. One end is plugged into the bridge, the other is in the container.",
			stage: "host",
			command:
				"ip link add box0 up type bridge; ip address add 10.88.0.1/24 dev box0; ip link add box-web up master box0 type veth peer name eth0 netns web; ls -1 /sys/class/net",
			look: "box0 and box-web are here. eth0, the other end, is not.",
			promises: ["^box0$", "^box-web$"],
		},
		{
			narration: "In the container we set everything up, and start the server.",
			stage: "container",
			command:
				"ip link set lo up; ip address add 10.88.0.2/24 dev eth0; ip link set eth0 up; ip route add default via 10.88.0.1; echo hello > index.html; busybox httpd -p 80; ip route",
			look: "The default route leads to the bridge. The second line came with the address.",
			promises: ["^default via 10.88.0.1 dev eth0", "^10.88.0.0/24 dev eth0"],
		},
		{
			narration: "The host asks the container.",
			stage: "host",
			command: "busybox wget -q -O - http://10.88.0.2/",
			look: "It answers: the cable works.",
			promises: ["^hello$"],
		},
		{
			narration: "Now somebody from outside is to get in, at port 8080 of the host. Another namespace plays the world.",
			stage: "host",
			command:
				"ip netns add world; ip link add world0 up type veth peer name eth0 netns world; ip address add 203.0.113.1/24 dev world0; ip -n world address add 203.0.113.2/24 dev eth0; ip -n world link set eth0 up; ip netns exec world busybox wget -q -T 2 -O - http://203.0.113.1:8080/",
			look: "Refused: on the host, nobody listens on that port.",
			promises: ["Connection refused"],
		},
		{
			narration: "The host becomes a router, and one rule gives the packets another destination.",
			stage: "host",
			command:
				"sysctl -q net.ipv4.ip_forward=1; nft add table ip box-web; nft 'add chain ip box-web prerouting { type nat hook prerouting priority dstnat; }'; nft add rule ip box-web prerouting fib daddr type local tcp dport 8080 dnat to 10.88.0.2:80; ip netns exec world busybox wget -q -T 2 -O - http://203.0.113.1:8080/",
			look: "The container answers, out in the world. That is all that a published port is.",
			promises: ["^hello$"],
		},
		{
			narration: "And when the container ends? We end everything in it, and take its name away.",
			stage: "host",
			command: "kill -KILL $(ip netns pids web); ip netns delete web; sleep 1; ls -1 /sys/class/net; nft list tables",
			look: "The cable went with the namespace. The bridge and the rule are still there: nobody removes them, unless the engine does.",
			promises: ["(?<!box-web\\n)^box0$", "^table ip box-web$"],
			note: "ip netns pids lists the shell of the other window, too: it ends. A shell that is talked to takes no SIGTERM.",
		},
		{
			narration: "So the engine does.",
			stage: "host",
			command:
				"nft delete table ip box-web; ip link delete box0; ip netns delete world; sysctl -q net.ipv4.ip_forward=0; rm index.html; nft list tables; ls -1 /sys/class/net",
			look: "The host is as it was.",
			promises: ["^lo$"],
		},
	],
});
