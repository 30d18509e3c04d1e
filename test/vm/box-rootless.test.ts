import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { boxProgram } from "../../harness/engine/engine.ts";
import { runScriptWithBox } from "../support/box.ts";
import { newMachinePool } from "../support/guest.ts";

const machines = newMachinePool();
const program = await boxProgram(new Map());
beforeAll(() => machines.makeReady());
afterAll(() => machines.close());

const TIMEOUT_MS = 1_000_000;
// anna has a range, ben has none. Root has given both a part of the tree of cgroups; the shell functions start programs
// in it. Each has an image.
const PRELUDE = `
echo 'anna:x:1000:1000::/home/anna:/bin/sh' >> /etc/passwd; echo 'ben:x:1001:1001::/home/ben:/bin/sh' >> /etc/passwd
echo anna:100000:65536 | tee -a /etc/subuid >> /etc/subgid
part=/sys/fs/cgroup/users; mkdir $part; echo "+memory +pids +cpu" > $part/cgroup.subtree_control
for user in anna:1000 ben:1001; do
	name=\${user%:*} uid=\${user#*:}; mkdir -p /home/$name /run/user/$uid $part/$name/shell
	cp -R /lab/rootfs /home/$name/image; rm -rf /home/$name/image/dev; mkdir /home/$name/image/dev
	chown -R $uid:$uid /home/$name /run/user/$uid
	chown $uid:$uid $part/$name $part/$name/cgroup.* $part/$name/shell $part/$name/shell/cgroup.procs
done
# as NAME COMMAND…: runs a command as a user.
as() { (echo $BASHPID > $part/$1/shell/cgroup.procs; cd /home/$1
	exec setpriv --reuid $1 --regid $(id -u $1) --clear-groups env HOME=/home/$1 "\${@:2}"); }
# code NAME COMMAND…: reports the exit code.
code() { "\${@:2}" > /tmp/out 2> /tmp/err; report "$1" $?; }
# left NAME: reports what containers of anna's have left.
remains() { for try in 1 2 3 4 5 6 7 8; do
	set -- "$1" "$(pgrep -f '[b]ox.cjs'; ls -d $part/anna/*/ | grep -v shell; ls /run/user/1000/box | grep -v claims; ls /run/user/1000/box/claims)"
	[ -n "$2" ] && sleep 1 || break
done 2> /tmp/null; report "$1" "$(echo $2)"; }
`;
const play = (script: string) => runScriptWithBox(machines, program, PRELUDE + script);

describe("box of an ordinary user", () => {
	test("runs containers whose root is that user, with and without a range", { timeout: TIMEOUT_MS }, async () => {
		const results = await play(`
			code exit as anna box run --hostname web-1 image sh -c 'hostname; id -u; ls /sys/class/net; exit 7'
			report stdout "$(echo $(cat /tmp/out))"
			as anna mkdir files
			code owners as anna box run -v /home/anna/files:/files image sh -c 'touch /files/a /files/b; chown 33:33 /files/b'
			report files "$(echo $(stat -c %u:%g /home/anna/files/*))"
			code user as anna box run --user 5:6 -v data:/data image sh -c 'id -u; id -g'; report ids "$(echo $(cat /tmp/out))"
			code "volume rm" as anna box volume rm data; report volumes "$(ls /home/anna/.local/share/box/volumes)"
			code ben as ben box run image sh -c 'id -u; cat /proc/self/uid_map'; report "ben, stdout" "$(echo $(cat /tmp/out))"
			maps='cat /proc/self/uid_map /proc/self/gid_map'
			code maps as anna box run image $maps; report "maps, box" "$(echo $(cat /tmp/out))"
			code "maps, unshare" as anna unshare --user --map-root-user --map-auto $maps; report oracle "$(echo $(cut -c1-21 /tmp/out))"
			code "ben, user" as ben box run --user 5 image true; report "ben, stderr" "$(head -n1 /tmp/err | cut -c1-60)"
			remains left
		`);
		expect(results).toEqual({
			exit: "7",
			stdout: "web-1 0 lo",
			owners: "0",
			files: "1000:1000 100032:100032",
			user: "0",
			ids: "5 6",
			"volume rm": "0",
			volumes: "",
			ben: "0",
			"ben, stdout": "0 0 1001 1",
			maps: "0",
			"maps, box": "0 1000 1 1 100000 65536 0 1000 1 1 100000 65536",
			// Somebody else's program, unshare(1), maps the same numbers. It leaves out the last one of the range.
			"maps, unshare": "0",
			oracle: "0 1000 1 100000 0 1000 1 100000",
			"ben, user": "125",
			"ben, stderr": "box: --user: there is only root, because you have no line in",
			left: "",
		});
	});

	test("limits them in a delegated cgroup, enters them, and cleans up after SIGKILL", {
		timeout: TIMEOUT_MS,
	}, async () => {
		const results = await play(`
			code hog as anna box run --memory 64M image dd if=/dev/zero of=/dev/null bs=100M count=1
			code "no cgroup" setpriv --reuid anna --regid 1000 --clear-groups box run --memory 64M /home/anna/image true
			code publish as anna box run --publish 80:80 image true; report "publish, stderr" "$(cat /tmp/err)"
			as anna box run image sh -c 'mkdir /tmp/sealed; chown 33 /tmp/sealed; chmod 700 /tmp/sealed; touch /tmp/sealed/x; echo up; sleep 1000' > /tmp/up &
			until grep -q up /tmp/up; do sleep 0.3; done
			read -r id pid words < <(as anna box ps)
			code exec as anna box exec $id sh -c 'id -u; cat /proc/self/cgroup; readlink /proc/self/ns/user'
			report "exec, stdout" "$(echo $(head -n2 /tmp/out))"
			[ "$(tail -n1 /tmp/out)" = "$(readlink /proc/$pid/ns/user)" ]; report namespace $?
			kill -9 $(pgrep -f '[b]ox.cjs run' | tail -n 3 | head -n 1); wait
			remains left
		`);
		expect(results).toEqual({
			hog: "137",
			"no cgroup": "125",
			publish: "125",
			"publish, stderr": "box: --publish: only root's box can do this",
			exec: "0",
			"exec, stdout": "0 0::/",
			namespace: "0",
			left: "",
		});
	});

	// The check of lesson 17 tries the same, and a fact says that it was refused. Here, root's box shows that it would
	// succeed without the user namespace.
	test("keeps from its root what root's box does not", { timeout: TIMEOUT_MS }, async () => {
		const results = await play(`
			mkdir /roots /frozen; echo secret > /roots/secret; chmod 600 /roots/secret
			mount -t tmpfs -o mode=1777 frozen /frozen; mount -o remount,bind,ro /frozen
			sleep 1000 & victim=$!
			mine=/home/anna/image thaw='mount -o remount,bind,rw /frozen && touch /frozen/thawed'
			code "file, user" as anna box run -v /roots:/roots image cat /roots/secret
			code "file, root" box run -v /roots:/roots $mine cat /roots/secret
			code "mount, user" as anna box run --privileged -v /frozen:/frozen image sh -c "$thaw"; ls /frozen
			code "mount, root" box run --privileged -v /frozen:/frozen $mine sh -c "$thaw"; report thawed "$(ls /frozen)"
			code "process, root" box run --pid host $mine kill -9 $victim; wait $victim 2> /tmp/null; report victim $?
		`);
		expect(results).toEqual({
			"file, user": "1",
			"file, root": "0",
			"mount, user": "1",
			"mount, root": "0",
			thawed: "thawed",
			"process, root": "0",
			victim: "137",
		});
	});
});
