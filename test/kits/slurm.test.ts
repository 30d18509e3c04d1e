import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { drydockIn } from "../support/command.ts";
import { inContainer } from "../support/container.ts";
import { makeDebian } from "../support/debian.ts";
import { temporary } from "../support/temporary.ts";
import { makeClass, STATUSES, statusesIn } from "../support/three-submissions.ts";

const files = await temporary();
afterAll(() => files.remove());

/** A cluster of one node, whose processes slurmd finds without control groups. */
const CLUSTER = `
ClusterName=test
SlurmctldHost=$(hostname)(127.0.0.1)
SlurmUser=root
SlurmdUser=root
StateSaveLocation=/var/spool/slurmctld
SlurmdSpoolDir=/var/spool/slurmd
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
NodeName=$(hostname) NodeAddr=127.0.0.1 CPUs=2 RealMemory=8000
PartitionName=main Nodes=ALL Default=YES State=UP
`;

test("a real Slurm grades a class with a job array, and merges the results", async () => {
	const at = (path: string) => join(files.dir, path);
	await mkdir(at("shared"));
	const made = await drydockIn(files.dir, "class", "kit", "slurm", "--lesson", "02", "--out", at("shared/kit"));
	expect(made).toMatchObject({ code: 0 });
	const packages = ["qemu-system-x86", "cpio", "slurmctld", "slurmd", "slurm-client", "munge"];
	await makeDebian(at("root"), "bookworm", packages);
	await makeClass(at("shared/class"));
	await inContainer(
		`mkdir -p /etc/slurm /var/spool/slurmd /var/spool/slurmctld /run/munge && chown munge /run/munge
		cat >/etc/slurm/slurm.conf <<-EOF
		${CLUSTER}
		EOF
		echo CgroupPlugin=cgroup/v1 >/etc/slurm/cgroup.conf
		setpriv --reuid=munge --regid=munge --clear-groups munged --force
		slurmctld && slurmd
		${at("shared/kit")}/set-up.sh
		${at("shared/kit")}/submit.sh ${at("shared/class")} ${at("shared/results")} 2
		while [ -n "$(squeue --noheader)" ]; do sleep 1; done`,
		{ root: at("root"), shared: at("shared") },
	);
	expect(statusesIn(await readFile(at("shared/results/grades/grades.json"), "utf8"))).toEqual(STATUSES);
	expect(await readFile(at("shared/results/grades.txt"), "utf8")).toContain("1 of 3 passed");
});
