import { readFileSync } from "node:fs";
import { BOX, type Check, type Drawn, DURING, type Scenario } from "../../harness/grade/index.ts";
import { LOOK_AT_IMAGES } from "./facts.ts";

/** Images are built of programs of three kinds, two are run, and copies of the first are changed and opened. */

const HELLO = readFileSync(new URL("hello.asm", import.meta.url), "utf8");
const HELLO_SAYS = "Hello from an empty root.";
// It is loaded to 0x400000, as ld does unless it is told otherwise: its addresses are no offsets in the file.
const FIXED = "extern _exit\nglobal _start\n_start:\n\txor edi, edi\n\tcall _exit\n";
const LINK = "ld -dynamic-linker /lib64/ld-linux-x86-64.so.2 -o fixed fixed.o /lib/x86_64-linux-gnu/libc.so.6";
// The same program, but the library that it names is nowhere.
const ORPHAN = "sed s/libc.so.6/libq.so.6/ fixed > orphan && chmod +x orphan";
const SCRIPT = `#!/bin/sh\n# ${"A text is no ELF file. ".repeat(4)}\necho it runs\n`;

export const draw: Check["draw"] = (random) => ({
	image: `/lab/${random.name("image")}`,
	source: `/lab/${random.name("source")}`,
});

export function scenario({ image = "", source = "" }: Drawn): Scenario {
	return {
		does: `built ${image} of hello alone and ran it; then one of dash and ls; then two copies of the first, each with a word changed`,
		prepare: [
			{ do: "write", path: `${source}/hello.asm`, text: HELLO },
			{ do: "write", path: `${source}/fixed.asm`, text: FIXED },
			{ do: "write", path: `${source}/script`, text: SCRIPT, mode: 0o755 },
			// It belongs to who has built it; inside, that number would be somebody else's.
			{
				do: "run",
				argv: [
					"sh",
					"-c",
					`cd ${source} && nasm -f bin -o hello hello.asm && chmod 775 hello && chown 1000:1000 hello; nasm -f elf64 fixed.asm && ${LINK} && ${ORPHAN}`,
				],
			},
		],
		options: {
			id: "hello",
			image,
			files: { "/hello": `${source}/hello` },
			twice: { "/hello": `${source}/hello`, "/hello.asm": `${source}/hello.asm` },
		},
		command: (token) => ["/hello", token],
		says: HELLO_SAYS,
		others: {
			dynamic: {
				about: "dash and ls, which are linked dynamically",
				options: {
					id: "dynamic",
					image: `${image}-dynamic`,
					files: { "/bin/dash": "/usr/bin/dash", "/bin/ls": "/usr/bin/ls" },
					more: { fixed: { "/bin/fixed": `${source}/fixed` } },
					refused: {
						script: { "/bin/script": `${source}/script` },
						orphan: { "/bin/orphan": `${source}/orphan` },
					},
				},
				command: (token) => ["/bin/dash", "-c", 'echo "$0"; read -r _; /bin/ls / && exit 42', token],
			},
			tampered: {
				about: "the first image once more, with a word changed",
				options: { id: "tampered", image, tampered: [`${image}-layer`, `${image}-config`] },
				command: (token) => ["/hello", token],
				says: HELLO_SAYS,
			},
		},
		steps: [
			{ do: "start", container: BOX },
			{ do: "look", as: DURING },
			{ do: "end", container: BOX },
			{ do: "start", container: "dynamic" },
			{ do: "end", container: "dynamic" },
			{ do: "run", argv: ["sh", "-c", LOOK_AT_IMAGES, "sh", image, `${image}-dynamic`], as: "images" },
			{ do: "start", container: "tampered" },
			{ do: "look", as: "tampered" },
			{ do: "end", container: "tampered" },
		],
		watch: [image, source, "/run/box", "/tmp"],
		files: ["hello"],
	};
}
