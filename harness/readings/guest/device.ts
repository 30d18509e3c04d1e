/** A file system's number as mountinfo shows it: stat(2) has both halves in one. See makedev(3). */
export function deviceName(dev: number): string {
	const [low, high] = [dev % 2 ** 32, Math.floor(dev / 2 ** 32)];
	const major = ((low >>> 8) & 0xfff) | (high & ~0xfff);
	const minor = (low & 0xff) | ((low >>> 12) & 0xfff00);
	return `${major}:${minor}`;
}
