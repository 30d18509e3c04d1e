/**
 * What is typed for both engines. `run OPTIONS -- COMMAND`, `starts OPTIONS` and `enter OPTIONS -- COMMAND` are the
 * functions of `two-engines.ts`. The standard output and the exit code must be the same.
 */
export const SAME: Readonly<Record<string, string>> = {
	"the first filling of named volumes, inside":
		'run -v mail:/data -v empty:/nothing -- sh -c \'cd /data; find . | sort | xargs stat -c "%n %F %a %u:%g %h %Y"; stat -c "%a %u:%g" /nothing\'',
	"the same volumes, on the host":
		"(cd $volumes/mail$below; find . -printf '%P %y %m %U:%G %n %l %T@\\n' | sort; cat file); stat -c '%a %u:%g' $volumes/empty$below; ls $volumes",
	"a volume is filled only once, and keeps what is written":
		"run -v mail:/data -- sh -c 'cd /data; rm file; echo two > dir/new'; run -v mail:/again -- sh -c 'ls -R /again; cat /again/dir/new'",
	"read-only volumes": `run -v mail:/data:ro -v /srv/source:/look:ro -v /srv/source/file:/lib/one:ro -- sh -c '
		for path in /data/x /look/x /lib/one; do touch $path 2>&1 | sed "s/.*: //"; done; cat /lib/one; ls /look'`,
	"a volume below a link of the image, and a single file":
		"run -v /srv/source:/link/new -v /srv/source/file:/lib/one -- sh -c 'ls /srv/outside/new; echo more >> /lib/one; cat /link/new/file'; find /srv | sort; cat /srv/source/file",
	"a tmpfs":
		"run --tmpfs /scratch -- sh -c 'stat -c \"%a %u:%g\" /scratch; ls -A /scratch; grep /scratch /proc/mounts'",
	"a directory that the host does not have": "run -v /missing:/data -- true",
	"a relative directory of the host": "run -v srv/x:/data -- true",
	"a volume without a target": "run -v mail -- true",
	"a relative tmpfs": "run --tmpfs data -- true",

	"the user, if none is given": 'run -- sh -c "$WHO"',
	"a user of the image": 'run --user anna -- sh -c "$WHO"',
	"a user's number": 'run --user 1000 -- sh -c "$WHO"',
	"a user and a group": 'run --user anna:video -- sh -c "$WHO"',
	"a number without a name": 'run --user 4242 -- sh -c "$WHO"',
	"more groups": 'run --user anna --group-add video --group-add 77 -- sh -c "$WHO"',

	"root's capabilities": 'run -- sh -c "$POWER"',
	"another user's capabilities": 'run --user anna -- sh -c "$POWER"',
	"capabilities added and dropped":
		'run --cap-add net_raw --cap-add CAP_WAKE_ALARM --cap-drop CHOWN --cap-drop cap_kill -- sh -c "$POWER"',
	"a capability added for another user": 'run --user anna --cap-add NET_RAW --cap-add WAKE_ALARM -- sh -c "$POWER"',
	"no capabilities": 'run --cap-drop ALL -- sh -c "$POWER"; run --user anna --cap-drop all -- sh -c "$POWER"',
	"only one capability": 'run --cap-drop ALL --cap-add MKNOD -- sh -c "$POWER"',
	"all capabilities but one": 'run --cap-add ALL --cap-drop SYS_MODULE -- sh -c "$POWER"',
	"no new privileges": 'run --security-opt no-new-privileges -- sh -c "$POWER; grep NoNewPrivs /proc/self/status"',
	"no new privileges for another user, who has one": `run --user anna --cap-add NET_RAW \
		--security-opt no-new-privileges -- sh -c "$POWER; grep NoNewPrivs /proc/self/status"`,
	"all capabilities": 'run --privileged -- sh -c "$POWER"',
	"all capabilities, for another user": 'run --privileged --user anna -- sh -c "$POWER"',
	"a capability that does not exist": "run --cap-add NET -- true",
	"a capability that is added and dropped": "run --cap-add MKNOD --cap-drop CAP_MKNOD -- true",

	"an exit code": "run -- sh -c 'exit 7'",
	"no such command": "run -- nowhere",
	"a directory as the command": "run -- /etc",
	"a file that may not be executed": "run -- /etc/passwd",
	"an option that does not exist": "run --bogus -- true",
	"an image that does not exist": "(image=$missing; run -- true)",

	"standard input is at its end": "echo typed | run -- cat",
	"standard input, with -i": "echo typed | run -i -- cat",
	"streams without a terminal, of a caller with one":
		'run -- sh -c "$TERMINAL" 2> /tmp/separate; grep err /tmp/separate',
	"streams with a terminal": 'before=$(stty -g); run -t -- sh -c "$TERMINAL"; [ "$before" = "$(stty -g)" ]',
	"another user's terminal, with input": 'run -it --user anna -- sh -c "$TERMINAL"; [ "$before" = "$(stty -g)" ]',
	"two volumes at one place": "run -v mail:/x -v empty:/x -- true",

	// From here on, a container runs.
	"what enters is that container's": `starts --user anna --tmpfs /scratch; enter --user anna -- sh -c "$WHO"'
		grep -c /scratch /proc/mounts; tr "\\0" " " < /proc/1/cmdline | grep -c "sleep 1000"; id -u'`,
	"what enters, if no user is given": "enter -- id -u",
	"what enters: capabilities": 'enter -- sh -c "$POWER"; enter --user 0 -- sh -c "$POWER"',
	"what enters with all capabilities": 'enter --privileged --user 0 -- sh -c "$POWER"',
	"what enters: a user and a group": 'enter --user anna:video -- sh -c "$WHO"',
	"what enters: an exit code": "enter -- sh -c 'exit 7'",
	"what enters is killed": "enter -- sh -c 'kill -9 $$'",
	"what enters: no such command": "enter -- nowhere",
	"what enters: a file that may not be executed": "enter -- /etc/passwd",
	"what enters: a working directory": "enter --workdir /tmp -- pwd",
	"what enters: no command": "enter --",
	"what enters: standard input is at its end": "echo typed | enter -- cat",
	"what enters: standard input, with -i": "echo typed | enter -i -- cat",
	"what enters: streams without a terminal, of a caller with one":
		'enter --user anna -- sh -c "$TERMINAL" 2> /tmp/separate; grep err /tmp/separate',
	"what enters: streams with a terminal": 'enter -it --user anna -- sh -c "$TERMINAL"; [ "$before" = "$(stty -g)" ]',
	"a container that does not exist": "(id=nobody; enter -- true)",
};

/**
 * The same, where the engines differ: what each of them prints, and why ours does. If one of them changes, the reason
 * may be gone.
 */
export const DIFFERENT: Readonly<Record<string, { script: string; box: string; podman: string }>> = {
	// Lesson 11: read-only is meant for everything below. podman's option is for one mount.
	"a mount below a read-only volume": {
		script: "run -v /srv/source:/look:ro -- touch /look/sub/x",
		box: "[1]",
		podman: "[0]",
	},
	// An empty directory, as with Docker. podman copies what the image has there, with the directory's mode.
	"a tmpfs at a directory of the image": {
		script: "run --tmpfs /data -- sh -c 'ls /data | wc -l; stat -c \"%a %u:%g\" /data'",
		box: "0\n1777 0:0\n[0]",
		podman: "6\n2770 0:0\n[0]",
	},
	// Lesson 16: the filter is installed last, when no privilege is left. podman installs it with CAP_SYS_ADMIN.
	"no_new_privs, if nobody asks for it": {
		script: "run -- grep NoNewPrivs /proc/self/status",
		box: "NoNewPrivs:\t1\n[0]",
		podman: "NoNewPrivs:\t0\n[0]",
	},
	// Lesson 05: the command is not PID 1, which no signal of its own namespace kills.
	"a command kills itself": { script: "run -- sh -c 'kill -9 $$'", box: "[137]", podman: "[0]" },
	// Lesson 01: 127 and 126, as in a shell. Once crun executes the command, it reports every failure as 1.
	"a script whose interpreter is missing": { script: "run -- orphan", box: "[127]", podman: "[1]" },
	"a text without an interpreter": { script: "run -- text", box: "[126]", podman: "[1]" },
	// 125, as with Docker: the container could not be made. podman reports 126 and 127 for some reasons of that kind.
	"no command": { script: "run --", box: "[125]", podman: "[127]" },
	"a user that the image does not have": { script: "run --user stranger -- true", box: "[125]", podman: "[126]" },
	"one more group that the image does not have": {
		script: "run --group-add strangers -- true",
		box: "[125]",
		podman: "[126]",
	},
	"a number that changes nothing": { script: "run --user 4294967295 -- true", box: "[125]", podman: "[126]" },
	"a file in place of a directory": { script: "run -v /etc/passwd:/etc -- true", box: "[125]", podman: "[126]" },
	"what enters: a working directory that does not exist": {
		script: "enter --workdir /missing -- pwd",
		box: "[125]",
		podman: "[127]",
	},
	// Lesson 12: the home of a number without a name is the root, also of what enters.
	"what enters: a number without a name": {
		script: "enter --user 4242 -- sh -c 'id -G; echo $HOME'",
		box: "0\n/\n[0]",
		podman: "0\n\n[0]",
	},
};
