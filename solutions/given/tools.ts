import { execFileSync } from "node:child_process";

/**
 * Runs commands of ip(8), such as `link set lo up`, with one program. The first that is refused is the last.
 * @throws {Error} with what ip has printed
 */
export function ip(...commands: string[]): void {
	execFileSync("ip", ["-batch", "-"], { input: commands.join("\n") });
}

/**
 * Gives nft(8) a file of commands. All of them are done, or none.
 * @throws {Error} with what nft has printed
 */
export function nft(commands: string): void {
	execFileSync("nft", ["-f", "-"], { input: commands });
}
