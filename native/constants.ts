/**
 * Constants by their kernel names, with the values of `linux/amd64` (`include/uapi/linux` in the kernel's source). On
 * arm64, the values used here are the same.
 */

/** New mount namespace: the process gets a copy of the mount table. See mount_namespaces(7). */
export const CLONE_NEWNS = 0x00020000;
/** New cgroup namespace: the process sees its current cgroup as the root. See cgroup_namespaces(7). */
export const CLONE_NEWCGROUP = 0x02000000;
/** New UTS namespace: hostname and NIS domain name. See uts_namespaces(7). */
export const CLONE_NEWUTS = 0x04000000;
/** New IPC namespace: System V IPC objects and POSIX message queues. See ipc_namespaces(7). */
export const CLONE_NEWIPC = 0x08000000;
/** New user namespace: own uids, gids and capabilities. See user_namespaces(7). */
export const CLONE_NEWUSER = 0x10000000;
/** New PID namespace, for the *children* that are forked from now on. See pid_namespaces(7). */
export const CLONE_NEWPID = 0x20000000;
/** New network namespace: links, addresses, routes, ports. See network_namespaces(7). */
export const CLONE_NEWNET = 0x40000000;
/** New time namespace, for children: boot-time and monotonic clocks. See time_namespaces(7). */
export const CLONE_NEWTIME = 0x00000080;

/** Mount read-only. See mount(2). */
export const MS_RDONLY = 0x1;
/** Ignore set-user-ID and set-group-ID bits and file capabilities. See mount(2). */
export const MS_NOSUID = 0x2;
/** Allow no access to device files. See mount(2). */
export const MS_NODEV = 0x4;
/** Do not allow programs to be executed from this mount. See mount(2). */
export const MS_NOEXEC = 0x8;
/** Change the flags of an existing mount. See mount(2). */
export const MS_REMOUNT = 0x20;
/** Make a directory or a file visible at a second place. See mount(2), "Creating a bind mount". */
export const MS_BIND = 0x1000;
/** Move a mount to another place. See mount(2). */
export const MS_MOVE = 0x2000;
/** With MS_BIND or a change of the propagation: apply to all mounts below as well. See mount(2). */
export const MS_REC = 0x4000;
/** Neither receive nor send mount and unmount events. See mount_namespaces(7), "SHARED SUBTREES". */
export const MS_PRIVATE = 0x40000;
/** Receive events from the master mount, and send none. See mount_namespaces(7), "SHARED SUBTREES". */
export const MS_SLAVE = 0x80000;
/** Share mount and unmount events with the peer group. See mount_namespaces(7), "SHARED SUBTREES". */
export const MS_SHARED = 0x100000;

/** In place of a descriptor: a relative path starts at the current directory. See openat(2). */
export const AT_FDCWD = -100;
/** With an empty path, the call is about what the descriptor itself refers to. See mount_setattr(2). */
export const AT_EMPTY_PATH = 0x1000;
/** Apply to this mount and to all mounts below it. See mount_setattr(2). */
export const AT_RECURSIVE = 0x8000;

/** Mount read-only. See mount_setattr(2). */
export const MOUNT_ATTR_RDONLY = 0x1;
/** Ignore set-user-ID and set-group-ID bits and file capabilities. See mount_setattr(2). */
export const MOUNT_ATTR_NOSUID = 0x2;
/** Allow no access to device files. See mount_setattr(2). */
export const MOUNT_ATTR_NODEV = 0x4;
/** Do not allow programs to be executed from this mount. See mount_setattr(2). */
export const MOUNT_ATTR_NOEXEC = 0x8;

/** Make a copy of the mount that is attached nowhere. See {@link openTree}. */
export const OPEN_TREE_CLONE = 0x1;
/** The mount to move is the one that the descriptor refers to. See {@link moveMount}. */
export const MOVE_MOUNT_F_EMPTY_PATH = 0x4;
/** The place to move it to is the one that the descriptor refers to. See {@link moveMount}. */
export const MOVE_MOUNT_T_EMPTY_PATH = 0x40;

/** Open a file or directory only as a place, neither for reading nor for writing. See open(2). */
export const O_PATH = 0x200000;
/** Refuse a path that leads to another mount. See openat2(2). */
export const RESOLVE_NO_XDEV = 0x1;
/** Refuse a path that leads through a magic link, such as /proc/PID/fd/1 and /proc/PID/exe. See openat2(2). */
export const RESOLVE_NO_MAGICLINKS = 0x2;
/** Refuse a path that leads through a symbolic link. See openat2(2). */
export const RESOLVE_NO_SYMLINKS = 0x4;
/** Refuse a path that leads out of the directory where it starts. See openat2(2). */
export const RESOLVE_BENEATH = 0x8;
/** Treat the directory where the path starts as the root: for absolute links, and for `..`. See openat2(2). */
export const RESOLVE_IN_ROOT = 0x10;

/** Abort requests that are pending in the file system before unmounting. See umount2(2). */
export const MNT_FORCE = 0x1;
/** Detach the mount now, and clean up once nothing uses it any more. See umount2(2). */
export const MNT_DETACH = 0x2;
/** Do not follow `target` if it is a symbolic link. See umount2(2). */
export const UMOUNT_NOFOLLOW = 0x8;

/** A character device: a stream of bytes, such as a terminal. See mknod(2), inode(7). */
export const S_IFCHR = 0o020000;
/** A block device, such as a disk. See mknod(2), inode(7). */
export const S_IFBLK = 0o060000;

/** Make the terminal the controlling terminal of this process's session. See TIOCSCTTY(2const). */
export const TIOCSCTTY = 0x540e;
/** Get the size of a terminal. See TIOCGWINSZ(2const). */
export const TIOCGWINSZ = 0x5413;
/** Set the size of a terminal. See TIOCSWINSZ(2const). */
export const TIOCSWINSZ = 0x5414;
/** Lock a pseudo-terminal (1) or unlock it (0): a new one is locked. See TIOCSPTLCK(2const). */
export const TIOCSPTLCK = 0x40045431;
/** Open the other end of a pseudo-terminal. See TIOCGPTPEER(2const). */
export const TIOCGPTPEER = 0x5441;

/** Change the settings of a terminal at once. See tcsetattr(3). */
export const TCSANOW = 0;
/** Change the settings after all output has been written. See tcsetattr(3). */
export const TCSADRAIN = 1;
/** Change the settings after all output has been written, and drop input that was not read. See tcsetattr(3). */
export const TCSAFLUSH = 2;

/** There is something to read. See poll(2). */
export const POLLIN = 0x1;
/** Something can be written; writing much may still wait. See poll(2). */
export const POLLOUT = 0x4;
/** An error, such as a pipe that nobody reads. Reported even if not asked for. See poll(2). */
export const POLLERR = 0x8;
/** The other end is closed. Reported even if not asked for. See poll(2). */
export const POLLHUP = 0x10;
/** The descriptor is not open. Reported even if not asked for. See poll(2). */
export const POLLNVAL = 0x20;

/** Return at once if no child has changed state. See waitpid(2). */
export const WNOHANG = 0x1;

/** Add to the signals that are blocked. See sigprocmask(2). */
export const SIG_BLOCK = 0;
/** Remove from the signals that are blocked. See sigprocmask(2). */
export const SIG_UNBLOCK = 1;
/** Block these signals and no others. See sigprocmask(2). */
export const SIG_SETMASK = 2;

/** A process sent the signal, with kill(2). See sigaction(2). */
export const SI_USER = 0;
/** The kernel sent the signal, for example for a terminal's Ctrl-C. See sigaction(2). */
export const SI_KERNEL = 0x80;

/** Take a shared lock: others can have a shared lock, too, but no exclusive one. See flock(2). */
export const LOCK_SH = 1;
/** Take an exclusive lock. See flock(2). */
export const LOCK_EX = 2;
/** Do not wait for the lock. See flock(2). */
export const LOCK_NB = 4;
/** Release the lock. See flock(2). */
export const LOCK_UN = 8;

export const SIGHUP = 1;
export const SIGINT = 2;
export const SIGQUIT = 3;
export const SIGKILL = 9;
export const SIGUSR1 = 10;
export const SIGUSR2 = 12;
export const SIGTERM = 15;
export const SIGCHLD = 17;
export const SIGCONT = 18;
export const SIGSTOP = 19;
export const SIGTTOU = 22;
export const SIGWINCH = 28;

/** The `CLONE_NEW*` flags by name, for unshare(2) and setns(2). */
export const CLONE_FLAGS = {
	CLONE_NEWTIME,
	CLONE_NEWNS,
	CLONE_NEWCGROUP,
	CLONE_NEWUTS,
	CLONE_NEWIPC,
	CLONE_NEWUSER,
	CLONE_NEWPID,
	CLONE_NEWNET,
} as const;

/** The `MS_*` flags by name, for mount(2). */
export const MOUNT_FLAGS = {
	MS_RDONLY,
	MS_NOSUID,
	MS_NODEV,
	MS_NOEXEC,
	MS_REMOUNT,
	MS_BIND,
	MS_MOVE,
	MS_REC,
	MS_PRIVATE,
	MS_SLAVE,
	MS_SHARED,
} as const;

/** The `MOUNT_ATTR_*` flags by name, for mount_setattr(2). */
export const MOUNT_ATTRIBUTES = {
	MOUNT_ATTR_RDONLY,
	MOUNT_ATTR_NOSUID,
	MOUNT_ATTR_NODEV,
	MOUNT_ATTR_NOEXEC,
} as const;

/** The `RESOLVE_*` flags by name, for openat2(2). */
export const RESOLVE_FLAGS = {
	RESOLVE_NO_XDEV,
	RESOLVE_NO_MAGICLINKS,
	RESOLVE_NO_SYMLINKS,
	RESOLVE_BENEATH,
	RESOLVE_IN_ROOT,
} as const;

/** The operations of flock(2), by name. */
export const LOCK_OPERATIONS = { LOCK_SH, LOCK_EX, LOCK_NB, LOCK_UN } as const;

/** Requests of ioctl(2) to terminals, by name. */
export const TERMINAL_REQUESTS = { TIOCSCTTY, TIOCGWINSZ, TIOCSWINSZ, TIOCSPTLCK, TIOCGPTPEER } as const;

/** When tcsetattr(3) changes a terminal's settings, by name. */
export const TCSET_ACTIONS = { TCSANOW, TCSADRAIN, TCSAFLUSH } as const;

/** The events of poll(2), by name. */
export const POLL_EVENTS = { POLLIN, POLLOUT, POLLERR, POLLHUP, POLLNVAL } as const;

/** The types of file that mknod(2) makes here, by name. */
export const FILE_TYPES = { S_IFCHR, S_IFBLK } as const;

/** The `MNT_*` and `UMOUNT_*` flags by name, for umount2(2). */
export const UMOUNT_FLAGS = { MNT_FORCE, MNT_DETACH, UMOUNT_NOFOLLOW } as const;
