import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { boxProgram } from "../../harness/engine/engine.ts";
import { runScriptWithBox } from "../support/box.ts";
import { newMachinePool } from "../support/guest.ts";

const machines = newMachinePool();
const program = await boxProgram(new Map());
beforeAll(() => machines.makeReady());
afterAll(() => machines.close());

const TIMEOUT_MS = 1_000_000;
const play = (script: string) => runScriptWithBox(machines, program, script);

describe("box run --volume and --tmpfs, box volume", () => {
	test("show files of the host, also below /dev, one below the other, and with blanks in their names", {
		timeout: TIMEOUT_MS,
	}, async () => {
		const results = await play(`
			mkdir -p "/srv/my files/sub" /srv/empty; echo hello > "/srv/my files/note"
			box run -v "/srv/my files:/a b/c" -v /srv/empty:/data -v "/srv/my files:/data/below" -v /srv/empty:/dev/shm/here \\
				--tmpfs /scratch --volume /srv/empty:/etc:ro /lab/rootfs sh -c 'echo from inside > "/a b/c/answer"
				cat /data/below/note; ls -d /dev/shm/here /scratch; { echo x > /etc/x; } 2>&1' > /tmp/out 2>&1
			report out "$(cat /tmp/out | tr '\\n' ' ')"
			report answer "$(cat "/srv/my files/answer")"
			report "made in the empty directory" "$(ls /srv/empty)"
			left left
		`);
		expect(results).toEqual({
			out: "hello /dev/shm/here /scratch /bin/sh: can't create /etc/x: Read-only file system ",
			answer: "from inside",
			"made in the empty directory": "below",
			left: "",
		});
	});

	test("refuse what they cannot use, and say why", { timeout: TIMEOUT_MS }, async () => {
		const results = await play(`
			says() { box "\${@:2}" > /tmp/out 2> /tmp/err; report "$1" "$? $(head -1 /tmp/err)"; }
			says relative run -v srv/x:/data /lab/rootfs true
			says missing run -v /nowhere:/data /lab/rootfs true
			says "no target" run -v mail /lab/rootfs true
			says root run -v mail:/ /lab/rootfs true
			says option run -v mail:/data:bogus /lab/rootfs true
			says twice run -v mail:/data --tmpfs /data/ /lab/rootfs true
			says tmpfs run --tmpfs scratch /lab/rootfs true
			says "file over directory" run -v /etc/passwd:/etc /lab/rootfs true
			says "no volume" volume rm mail
			says dots volume rm ..
			says action volume mv
			report volumes "$(box volume ls) $(ls -A /var/lib/box/volumes)"
			left left
		`);
		expect(results).toEqual({
			relative: "125 box: --volume srv/x:/data: HOST:DIR or NAME:DIR is expected, such as /srv:/data",
			missing: "125 box: --volume /nowhere:/data: there is no /nowhere on this host",
			"no target": "125 box: --volume mail: an absolute path in the container is expected",
			root: "125 box: --volume mail:/: an absolute path in the container is expected",
			option: "125 box: --volume mail:/data:bogus: after the directory, only :ro or :rw can follow",
			twice: "125 box: two volumes for /data: each needs a directory of its own",
			tmpfs: "125 box: --tmpfs scratch: an absolute path in the container is expected",
			"file over directory": expect.stringMatching(/^125 box: mount\("\/etc\/passwd".*ENOTDIR/),
			"no volume": "125 box: there is no volume mail",
			dots: "125 box: there is no volume ..",
			action: "125 box: ls or rm NAME is expected",
			volumes: " ",
			left: "",
		});
	});

	test("a link in the image leads to the image, whatever is made, mounted or copied there", {
		timeout: TIMEOUT_MS,
	}, async () => {
		const results = await play(`
			mkdir -p /srv/host; echo secret > /srv/host/key; cp -a /lab/rootfs /tmp/image
			mkdir -p /tmp/image/srv/host; echo mine > /tmp/image/srv/host/page
			ln -s /srv/host /tmp/image/absolute; ln -s ../../../../srv/host /tmp/image/relative; ln -s /srv/host/key /tmp/image/file
			ln -s /proc/1/root/srv/host /tmp/image/magic; echo other > /tmp/other
			before=$(ls -lRi /srv/host)
			for link in absolute relative magic; do
				box run -v /etc:/$link/new:ro /tmp/image true; box run -v fill-$link:/$link /tmp/image true
			done 2> /tmp/null
			box run -v /tmp/other:/file /tmp/image true 2> /tmp/null
			report "the host's directory" "$([ "$before" = "$(ls -lRi /srv/host)" ] && echo unchanged)"
			report copied "$(cd /var/lib/box/volumes && echo */*)"
			box volume rm $(box volume ls); report volumes "$(ls -A /var/lib/box/volumes)"
			left left
		`);
		expect(results).toEqual({
			"the host's directory": "unchanged",
			copied: "fill-absolute/page fill-relative/page",
			volumes: "",
			left: "",
		});
	});

	test("an engine that is killed while it fills a volume leaves no volume; a container that is killed leaves it whole", {
		timeout: TIMEOUT_MS,
	}, async () => {
		const results = await play(`
			mkdir /tmp/slow; printf '#!/bin/sh\\n/usr/bin/cp -a passwd "$3"; echo copying > /tmp/copying; exec sleep 1000\\n' > /tmp/slow/cp
			chmod +x /tmp/slow/cp
			PATH=/tmp/slow:$PATH box run -v mail:/etc /lab/rootfs true 2> /tmp/null & box=$!
			until [ -e /tmp/copying ]; do sleep 0.3; done
			report "half full" "$(ls -A /var/lib/box/volumes)"
			kill -9 $(pgrep -P $(pgrep -P $box)); ends killed
			report "after the kill" "$(ls -A /var/lib/box/volumes)"
			starts -v mail:/etc /lab/rootfs sh -c "$UP"
			report "in use" "$(box volume rm mail 2>&1)"
			kill -9 $engine; ends "killed in use"
			report files "$(cd /var/lib/box/volumes/mail && echo *)"
			box volume rm mail; report removed "$? $(ls -A /var/lib/box/volumes)"
		`);
		expect(results).toMatchObject({
			"half full": ".mail",
			"killed, left": "",
			"after the kill": "",
			"in use": "box: volume mail is in use: a container that has it still runs",
			"killed in use, left": "",
			files: "group passwd",
			removed: "0 ",
		});
	});
});
