import { Buffer } from "node:buffer";
import { boxProgram, installBox } from "../../../harness/engine/engine.ts";
import { machines } from "./machines.ts";

/** The size of the terminal on which the commands are typed: neither engine's default. */
const WINDOW = { columns: 91, rows: 33 };
/** The script starts each engine dozens of times. Each start takes seconds, and longer on a busy computer. */
const SCRIPT_SECONDS_MAX = 1_500;

/** What a script printed with `box` and with `podman`, and what each of them reported as an error. */
export type Results = Record<string, string | undefined>;

// An image with users, files of many kinds, programs that cannot be executed, and a link that leads to a directory which
// the host has as well. /srv is the host's, with a mount below.
const IMAGE = `
W=/lab/web; cp -a /lab/rootfs $W; cd $W
umask 022; mkdir -p home/anna data/dir data/.hidden data/private srv/outside /srv/outside /srv/source/sub
echo one > data/file; ln data/file data/hard; ln -s /etc/passwd data/link; mkfifo data/fifo
chown 1000:44 data/file; chmod 4750 data/file; chown 5:6 data/dir; chmod 1777 data/dir; chmod 700 data/private
chown 1000:100 data; chmod 2770 data; find data -exec touch -hd @1000000000 {} +
printf '#!/nowhere\\n' > bin/orphan; echo echo > bin/text; chmod 755 bin/orphan bin/text; ln -s /srv/outside link
printf 'root:x:0:0::/root:/bin/sh\\nanna:x:1000:100::/home/anna:/bin/sh\\n' > etc/passwd
printf 'root:x:0:\\nusers:x:100:\\ncdrom:x:24:ben,anna\\nvideo:x:44:\\n' > etc/group
cd; mount -t tmpfs sub /srv/source/sub
`;

// Shell functions for the cases. Each takes options, and after "--" a command.
const FUNCTIONS = `
options() { given=(); while [ "$1" != -- ]; do given+=("$1"); shift; done; shift; words=("$@"); }
# run: runs a container.
run() { options "$@"; $run "\${given[@]}" $image "\${words[@]}"; }
# starts OPTIONS: runs a container in the background.
starts() {
	: > /tmp/up; run $name "$@" -- sh -c 'echo up; exec sleep 1000' > /tmp/up 2> /tmp/null < /dev/null & job=$!
	until grep -q up /tmp/up || ! kill -0 $job; do sleep 0.3; done
	id=one; [ $engine = podman ] || read -r id words < <(box ps)
}
# enter: runs a command in that container. ends: kills it.
enter() { options "$@"; $engine exec "\${given[@]}" $id "\${words[@]}"; }
ends() { [ $engine = box ] && kill -TERM $job || podman kill one > /tmp/null; wait $job; }
# case_ NAME SCRIPT: prints a line with the result.
case_() {
	eval "$2" > /tmp/out 2> /tmp/err; echo "[$?]" >> /tmp/out
	echo "@@ $engine $(printf %s "$1" | base64 -w0) $(base64 -w0 /tmp/out) $(base64 -w0 /tmp/err)"
}
# What a command shows of its user.
WHO='grep -E "^[UG]id:" /proc/self/status; id -G; echo $HOME; pwd'
# What a command shows of its capabilities.
POWER='grep ^Cap /proc/self/status'
# What a command shows of its streams, its session and its terminal. Pids are compared with its own: podman's has no init.
TERMINAL='tty; stty size; stty -a; readlink /proc/$$/fd/0; for fd in 0 1 2; do [ -t $fd ]; echo $?; done
	set -- $(cut -d" " -f5-8 /proc/$$/stat); echo group $(($1 == $$)) session $(($2 == $$)) terminal $3 foreground $(($4 == $$))
	[ -c "$(tty)" ] && stat -c "%F %a %u:%g" $(tty); (echo direct > /dev/tty); echo out; echo err >&2; ls /dev/pts'
`;

const ENGINES = {
	box: "run='box run' image=/lab/web missing=/lab/missing volumes=/var/lib/box/volumes below= name=",
	// Without cgroups: crun asks for eBPF to keep a container from devices, but the machine refuses bpf(2). The root is
	// below an overlay (":O"), as it is with an image. /etc/containers does not exist here, and need not.
	podman: `run='podman run --rm --network none --cgroups=disabled --log-driver none' image='--rootfs /lab/web:O'
		missing='--rootfs /lab/missing' volumes=/var/lib/containers/storage/volumes below=/_data name='--name one'`,
};

/**
 * Runs each script with `box` and with podman, all in one machine.
 * @param scripts bash(1), by name; what one leaves, such as a running container, the next one finds
 * @returns by name: for each engine, the standard output, and the exit code in brackets
 */
export async function playWithBoth(scripts: Readonly<Record<string, string>>): Promise<Record<string, Results>> {
	const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
	const calls = Object.entries(scripts).map(([name, script]) => `case_ ${quote(name)} ${quote(script)}`);
	const rounds = Object.entries(ENGINES).map(
		([name, settings]) => `engine=${name} ${settings}\necho of the host > /srv/source/file; all; ends`,
	);
	const script = [IMAGE, FUNCTIONS, `all() {\n${calls.join("\n")}\n}`, ...rounds].join("\n");
	const output: Buffer[] = [];
	await machines.runSession(
		{
			prepare: [...installBox(await boxProgram(new Map())), { do: "write", path: "/root/script.sh", text: script }],
			argv: ["timeout", "--foreground", "-s", "KILL", String(SCRIPT_SECONDS_MAX), "bash", "/root/script.sh"],
			environment: { LANG: "C.UTF-8" },
			window: WINDOW,
		},
		// Nobody types anything.
		{ started: () => {}, output: async (_, data) => void output.push(data) },
	);
	const results: Record<string, Results> = {};
	const decoded = (text = "") => Buffer.from(text, "base64").toString();
	for (const line of Buffer.concat(output).toString().split(/\r?\n/)) {
		const [mark, engine = "", name, out, err] = line.split(" ");
		if (mark !== "@@") continue;
		results[decoded(name)] = {
			...results[decoded(name)],
			[engine]: decoded(out),
			[`${engine}'s errors`]: decoded(err),
		};
	}
	return results;
}
