// diagnosis: hostname-too-long
// Believed that a hostname may be as long as a domain name, 253 bytes.
import { CLONE_NEWIPC, CLONE_NEWUTS, sethostname, unshare } from "#kernel";

export function isolate(hostname: string): void {
	unshare(CLONE_NEWUTS | CLONE_NEWIPC);
	sethostname(`${hostname}.containers.development.internal.example-company.example.com`);
}
