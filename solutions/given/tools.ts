import { execFileSync } from "node:child_process";

/**
 * Runs commands of ip(8), such as `link set lo up`, in one process. Stops at the first command that fails.
 * @throws {Error} with what ip has printed
 */
export function ip(...commands: string[]): void {
	execFileSync("ip", ["-batch", "-"], { input: commands.join("\n") });
}

/** Passes commands to nft(8), which carries out all of them or none. @throws {Error} with what nft has printed */
export function nft(commands: string): void {
	execFileSync("nft", ["-f", "-"], { input: commands });
}
