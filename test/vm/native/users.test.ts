import { afterAll, describe, expect, test } from "vitest";
import { newMachinePool, runInGuest } from "../../support/guest.ts";

const machines = newMachinePool();
afterAll(() => machines.close());

describe("users", () => {
	test.concurrent("setgroups, setresgid and setresuid change all ids, and nobody comes back", async () => {
		const { value, ledger } = await runInGuest(machines, ({ k, fs, attempt, inChild }) => {
			const ids = () =>
				["Groups", "Gid", "Uid", "CapPrm"].map(
					(name) =>
						new RegExp(`^${name}:(.*)$`, "m").exec(fs.readFileSync("/proc/self/status", "utf8"))?.[1]?.trim() ?? "",
				);
			return inChild(() => {
				k.setgroups([]);
				const none = ids()[0];
				k.setgroups([70_000, 4_294_967_294, 7]);
				k.setresgid(8, -1, 9);
				k.setresgid(-1, 10, -1);
				k.setresuid(4_294_967_294, 11, 12);
				const between = ids();
				// Each may become what another one is.
				k.setresuid(-1, 12, -1);
				k.setresuid(12, 12, 12);
				return {
					...{ none, between, after: ids() },
					uid: attempt(() => k.setresuid(-1, 0, -1)),
					gid: attempt(() => k.setresgid(0, 0, 0)),
					groups: attempt(() => k.setgroups([0])),
				};
			});
		});
		expect(value).toEqual({
			none: "",
			between: ["7 70000 4294967294", "8\t10\t9\t10", "4294967294\t11\t12\t11", "0000000000000000"],
			after: ["7 70000 4294967294", "8\t10\t9\t10", "12\t12\t12\t12", "0000000000000000"],
			...{ uid: "EPERM", gid: "EPERM", groups: "EPERM" },
		});
		const calls = ledger.filter(({ call }) => call.startsWith("set"));
		expect(calls[1]).toMatchObject({ call: "setgroups", args: { size: "3", list: "[70000, 4294967294, 7]" } });
		expect(calls[2]).toMatchObject({ call: "setresgid", args: { rgid: "8", egid: "-1", sgid: "9" } });
		expect(calls.at(-3)).toMatchObject({ call: "setresuid", args: { euid: "0" }, error: "EPERM" });
	});

	test.concurrent("as long as the real or the saved id is 0, a process comes back to uid 0", async () => {
		const { value } = await runInGuest(machines, ({ k, attempt, inChild }) => {
			const back = (real: number, saved: number) =>
				inChild(() => {
					k.setresuid(real, 1000, saved);
					return attempt(() => k.setresuid(0, 0, 0));
				});
			return { real: back(0, 1000), saved: back(1000, 0), neither: back(1000, 1000) };
		});
		expect(value).toEqual({ real: "ok", saved: "ok", neither: "EPERM" });
	});

	test.concurrent("all threads of a process change, although each has ids of its own in the kernel", async () => {
		const { value } = await runInGuest(machines, ({ k, fs }) => {
			const threads = fs.readdirSync("/proc/self/task");
			k.setresuid(-1, 1000, -1);
			const uids = threads.map(
				(thread) => /^Uid:\s(.*)$/m.exec(fs.readFileSync(`/proc/self/task/${thread}/status`, "utf8"))?.[1],
			);
			k.setresuid(-1, 0, -1);
			return { threads: threads.length, uids: [...new Set(uids)] };
		});
		expect(value.threads).toBeGreaterThan(1);
		expect(value.uids).toEqual(["0\t1000\t0\t1000"]);
	});
});
