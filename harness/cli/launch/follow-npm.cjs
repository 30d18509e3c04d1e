// Makes drydock end when npm has ended. A signal to npx or npm ends that program, and at most the shell that it has
// started. Drydock does not receive the signal, and would go on although nobody waits for it.
//
// This runs before anything else is loaded, because npm may end meanwhile. If npm did not start drydock, drydock goes on
// when its parent ends, as with nohup(1).
const { readFileSync } = require("node:fs");

/** How often to check whether npm still runs. */
const CHECK_MS = 200;

if (process.env["npm_command"] !== undefined) followNpm();

function followNpm() {
	const { ppid: starter } = process;
	// The shell that npm started, which may outlive npm; undefined if the shell has replaced itself with drydock.
	const shell = isShell(starter) ? starter : undefined;
	const npm = shell && statusOf(shell)?.parent;
	if (isOrphan(process.pid) || (shell && isOrphan(shell))) return end();
	const timer = setInterval(() => {
		const status = shell && statusOf(shell);
		if (process.ppid === starter && (status === null || status?.parent === npm)) return;
		clearInterval(timer);
		end();
	}, CHECK_MS);
	timer.unref();
}

// While drydock is still being loaded, nothing listens for the event. Then nothing needs to be cleaned up either, and
// drydock exits at once.
function end() {
	if (!process.emit("npmEnded")) process.exit(130);
}

// npm starts a shell as `sh -c "drydock …"`.
function isShell(pid) {
	return procFile(pid, "cmdline")?.split("\0")[1] === "-c";
}

// Whether the process that started this one has ended already. Another process is then the parent: init, or one that has
// declared itself a subreaper, see prctl(2). In a container, init can be any program, and even be in the same session.
function isOrphan(pid) {
	const process = statusOf(pid);
	const parent = process && statusOf(process.parent);
	if (!parent) return false;
	return process.parent === 1 ? !isNpm(1) : process.session !== pid && process.session !== parent.session;
}

// npm gives itself a title such as `npm exec drydock`.
function isNpm(pid) {
	return /\b(npm|npx|pnpm|yarn|bun)\b/.test(procFile(pid, "cmdline") ?? "");
}

// See proc_pid_stat(5). The name, in parentheses, can contain anything. Returns undefined if there is no such process,
// and null if nobody can tell at the moment.
function statusOf(pid) {
	const text = procFile(pid, "stat");
	if (typeof text !== "string") return text;
	const [, parent, , session] = text.slice(text.lastIndexOf(")") + 2).split(" ");
	return { parent: Number(parent), session: Number(session) };
}

// Returns undefined if there is no such file. Systems other than Linux have none: there, drydock only sees when its own
// parent ends. Returns null if this process may open no more files, which says nothing about npm.
function procFile(pid, name) {
	try {
		return readFileSync(`/proc/${pid}/${name}`, "utf8");
	} catch ({ code }) {
		return ["EMFILE", "ENFILE", "ENOMEM"].includes(code) ? null : undefined;
	}
}
