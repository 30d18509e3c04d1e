/*
 * libkernel: one C function per system call, for native/library.ts.
 *
 * Rules of use
 *   - Every function returns the kernel's answer: a value >= 0, or -errno.
 *     Callers do not read errno: ffi-rs would read it too late.
 *   - Strings are packed into one buffer, because ffi-rs can pass neither NULL
 *     nor a NULL-terminated array: each is "\1bytes\0", or "\0" for NULL.
 *   - The library is LD_PRELOADed into Node (see madvise below). ffi-rs then
 *     opens the same copy.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/random.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <pty.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#ifndef MADV_DONTNEED_LOCKED
#define MADV_DONTNEED_LOCKED 24
#endif

#define answer(call) ({ long r_ = (long)(call); r_ < 0 ? -(long)errno : r_; })

static const char *unpack(const char **packed) {
    const char *p = *packed;
    if (*p == '\0') {
        *packed = p + 1;
        return NULL;
    }
    *packed = p + 1 + strlen(p + 1) + 1;
    return p + 1;
}

/*
 * V8 asks for MADV_DONTFORK on its heap, because fork is normally followed by
 * exec. Here the child goes on running JavaScript, and would die of SIGSEGV
 * without the heap. Ignoring the advice is cheaper than undoing it before each
 * fork, and needs no /proc, which a container may not have.
 *
 * The agent's memory is locked. For locked pages, the kernel refuses the usual
 * advice (EINVAL), and V8 then ends the program. MADV_DONTNEED_LOCKED works.
 */
int madvise(void *addr, size_t length, int advice) {
    if (advice == MADV_DONTFORK)
        return 0;
    int r = syscall(SYS_madvise, addr, length, advice);
    if (r < 0 && errno == EINVAL && (advice == MADV_DONTNEED || advice == MADV_FREE))
        return syscall(SYS_madvise, addr, length, MADV_DONTNEED_LOCKED);
    return r;
}

/* Processes: fork(2), execve(2), waitpid(2), _exit(2), prctl(2), getpid(2), getppid(2) */

long k_fork(void) { return answer(fork()); }

/*
 * Undoes what Node has changed, so that the new program does not inherit it.
 * Ignored signals and the signal mask survive execve (signal(7)), and Node
 * ignores SIGPIPE and others. Node also sets close-on-exec on every descriptor
 * that it was started with, even stdin, stdout and stderr (libuv's
 * uv_disable_stdio_inheritance).
 */
long k_execve(const char *packed, int argc, int envc) {
    const char *path = unpack(&packed);
    const char **argv = calloc(argc + 1, sizeof *argv);
    const char **envp = calloc(envc + 1, sizeof *envp);
    if (!argv || !envp)
        return -ENOMEM;
    for (int i = 0; i < argc; i++)
        argv[i] = unpack(&packed);
    for (int i = 0; i < envc; i++)
        envp[i] = unpack(&packed);

    sigset_t was_ignored, none, mask;
    sigemptyset(&was_ignored);
    sigemptyset(&none);
    for (int sig = 1; sig < NSIG; sig++) {
        struct sigaction action;
        if (sigaction(sig, NULL, &action) == 0 && action.sa_handler == SIG_IGN) {
            sigaddset(&was_ignored, sig);
            signal(sig, SIG_DFL);
        }
    }
    sigprocmask(SIG_SETMASK, &none, &mask);
    for (int fd = 0; fd <= 2; fd++)
        fcntl(fd, F_SETFD, 0);

    long r = answer(execve(path, (char *const *)argv, (char *const *)envp));

    /* Only a failed execve returns: restore Node's signals. */
    for (int sig = 1; sig < NSIG; sig++)
        if (sigismember(&was_ignored, sig) == 1)
            signal(sig, SIG_IGN);
    sigprocmask(SIG_SETMASK, &mask, NULL);
    free(argv);
    free(envp);
    return r;
}

/* One 64-bit answer holds the wait status in its lowest 16 bits, and the pid above them. */
int64_t k_waitpid(int pid, int options) {
    int status = 0;
    long r = answer(waitpid(pid, &status, options));
    return r < 0 ? r : ((int64_t)r << 16) | (status & 0xffff);
}

long k_exit(int status) {
    _exit(status);
}

long k_prctl(int option, int64_t arg2, int64_t arg3) { return answer(prctl(option, arg2, arg3, 0, 0)); }
long k_getpid(void) { return syscall(SYS_getpid); }
long k_getppid(void) { return syscall(SYS_getppid); }

/* Signals: sigprocmask(2), sigwaitinfo(2), kill(2). A set is a mask: bit n-1 stands for signal n. */

static sigset_t signal_set(int64_t mask) {
    sigset_t set;
    sigemptyset(&set);
    for (int sig = 1; sig < 64; sig++)
        if ((uint64_t)mask >> (sig - 1) & 1)
            sigaddset(&set, sig);
    return set;
}

long k_sigprocmask(int how, int64_t mask) {
    sigset_t set = signal_set(mask);
    return answer(sigprocmask(how, &set, NULL));
}

/*
 * The answer holds the signal's number in its lowest 8 bits, and si_code + 0x8000 above them: si_code may be negative.
 */
int64_t k_sigwaitinfo(int64_t mask) {
    sigset_t set = signal_set(mask);
    siginfo_t info;
    long r = answer(sigwaitinfo(&set, &info));
    if (r < 0)
        return r;
    return (int64_t)(info.si_code + 0x8000) << 8 | r;
}

long k_kill(int pid, int sig) { return answer(kill(pid, sig)); }

/* Namespaces: unshare(2), pidfd_open(2), setns(2), sethostname(2) */

long k_unshare(int flags) { return answer(unshare(flags)); }
long k_pidfd_open(int pid, int flags) { return answer(syscall(SYS_pidfd_open, pid, flags)); }
long k_setns(int fd, int nstype) { return answer(setns(fd, nstype)); }

long k_sethostname(const char *packed) {
    const char *name = unpack(&packed);
    return answer(sethostname(name, strlen(name)));
}

/* Mounts: mount(2), umount2(2), pivot_root(2), mknod(2) */

long k_mount(const char *packed, int64_t flags) {
    const char *source = unpack(&packed);
    const char *target = unpack(&packed);
    const char *fstype = unpack(&packed);
    const char *data = unpack(&packed);
    return answer(mount(source, target, fstype, (unsigned long)flags, data));
}

long k_umount2(const char *packed, int flags) {
    return answer(umount2(unpack(&packed), flags));
}

long k_pivot_root(const char *packed) {
    const char *new_root = unpack(&packed);
    const char *put_old = unpack(&packed);
    return answer(syscall(SYS_pivot_root, new_root, put_old));
}

long k_mknod(const char *packed, int mode, int64_t dev) {
    return answer(mknod(unpack(&packed), (mode_t)mode, (dev_t)dev));
}

/*
 * openat2(2), mount_setattr(2), open_tree(2), move_mount(2): by their numbers, which are the same on x86-64 and arm64.
 * Older C libraries do not declare these calls.
 */

struct path_how {
    uint64_t flags, mode, resolve;
};

long k_openat2(int dirfd, const char *packed, int64_t flags, int64_t mode, int64_t resolve) {
    struct path_how how = {.flags = flags, .mode = mode, .resolve = resolve};
    return answer(syscall(437, dirfd, unpack(&packed), &how, sizeof how));
}

struct mount_attributes {
    uint64_t set, clear, propagation, user_namespace;
};

long k_mount_setattr(int dirfd, const char *packed, int flags, int64_t set, int64_t clear, int64_t propagation) {
    struct mount_attributes attributes = {.set = set, .clear = clear, .propagation = propagation};
    return answer(syscall(442, dirfd, unpack(&packed), flags, &attributes, sizeof attributes));
}

long k_open_tree(int dirfd, const char *packed, int flags) {
    return answer(syscall(428, dirfd, unpack(&packed), flags));
}

long k_move_mount(int from_dirfd, const char *packed, int to_dirfd, int flags) {
    const char *from = unpack(&packed);
    return answer(syscall(429, from_dirfd, from, to_dirfd, unpack(&packed), flags));
}

/* Roots and working directories: chroot(2), chdir(2), getcwd(2), fchdir(2) */

long k_chroot(const char *packed) { return answer(chroot(unpack(&packed))); }
long k_chdir(const char *packed) { return answer(chdir(unpack(&packed))); }
/* The kernel's own answer. The C library's getcwd refuses a path that does not begin with a slash. */
long k_getcwd(char *to, int size) { return answer(syscall(SYS_getcwd, to, size)); }
long k_fchdir(int fd) { return answer(fchdir(fd)); }

/*
 * Mount tables, for the harness alone: listmount(2), statmount(2), ioctl_nsfs(2). The C library's headers are too old
 * to declare these calls. The calls have the same numbers on x86-64 and arm64.
 */

struct mount_request {
    uint32_t size, unused;
    uint64_t mount, what, namespace;
};

#define SYS_STATMOUNT 457
#define SYS_LISTMOUNT 458
#define NS_GET_MNTNS_ID _IOR(0xb7, 5, uint64_t)

int64_t k_mount_namespace_id(int namespace_fd) {
    uint64_t id = 0;
    long r = answer(ioctl(namespace_fd, NS_GET_MNTNS_ID, &id));
    return r < 0 ? r : (int64_t)id;
}

/* Writes the unique ids of the mounts below `parent` to `ids`: the oldest first, and no more than `most` of them. */
long k_listmount(int64_t namespace, int64_t parent, unsigned char *ids, int most) {
    struct mount_request request = {.size = sizeof request, .mount = parent, .namespace = namespace};
    return answer(syscall(SYS_LISTMOUNT, &request, ids, most, 0));
}

/* Writes a struct statmount, followed by its strings, to `to`. */
long k_statmount(int64_t namespace, int64_t mount, int64_t wanted, unsigned char *to, int size) {
    struct mount_request request = {.size = sizeof request, .mount = mount, .what = wanted, .namespace = namespace};
    return answer(syscall(SYS_STATMOUNT, &request, to, size, 0));
}

/*
 * Netlink, for the harness alone. Sends one request, and writes the messages of the answer to `to`: of a dump, all
 * messages up to NLMSG_DONE. Returns their length; EMSGSIZE: they do not fit. See netlink(7).
 */
long k_netlink(int protocol, const unsigned char *request, int length, unsigned char *to, int size) {
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
    if (fd < 0) return -errno;
    long r = answer(send(fd, request, length, 0)), end = 0;
    while (r >= 0) {
        r = answer(recv(fd, to + end, size - end, MSG_TRUNC));
        if (r > size - end) r = -EMSGSIZE;
        if (r < (long)sizeof(struct nlmsghdr)) break;
        struct nlmsghdr first;
        memcpy(&first, to + end, sizeof first);
        /* Only a dump has several parts, and NLMSG_DONE comes as a part of its own, or as the last message of one. */
        int done = !(first.nlmsg_flags & NLM_F_MULTI) || first.nlmsg_type == NLMSG_ERROR;
        for (long at = end; !done && at + (long)sizeof first <= end + r; at += NLMSG_ALIGN(first.nlmsg_len)) {
            memcpy(&first, to + at, sizeof first);
            if (first.nlmsg_len < sizeof first) break;
            done = first.nlmsg_type == NLMSG_DONE;
        }
        end += r;
        if (done) break;
    }
    close(fd);
    return r < 0 ? r : end;
}

/* Users: setresuid(2), setresgid(2), setgroups(2). -1 comes as a 64-bit number, and leaves an id as it is. */

long k_setresuid(int64_t ruid, int64_t euid, int64_t suid) { return answer(setresuid(ruid, euid, suid)); }
long k_setresgid(int64_t rgid, int64_t egid, int64_t sgid) { return answer(setresgid(rgid, egid, sgid)); }
long k_setgroups(int size, const unsigned char *list) { return answer(setgroups(size, (const gid_t *)list)); }

/*
 * Capabilities: capget(2), capset(2). A set is a mask: bit n stands for capability n. The kernel takes each mask in two
 * halves.
 */

static struct __user_cap_header_struct this_thread(void) {
    return (struct __user_cap_header_struct){.version = _LINUX_CAPABILITY_VERSION_3};
}

/* Returns one of the three sets: 0 effective, 1 permitted, 2 inheritable. */
int64_t k_capget(int set) {
    struct __user_cap_header_struct header = this_thread();
    struct __user_cap_data_struct halves[2] = {{0}};
    long r = answer(syscall(SYS_capget, &header, halves));
    if (r < 0)
        return r;
    uint64_t masks[3] = {
        (uint64_t)halves[1].effective << 32 | halves[0].effective,
        (uint64_t)halves[1].permitted << 32 | halves[0].permitted,
        (uint64_t)halves[1].inheritable << 32 | halves[0].inheritable,
    };
    return masks[set];
}

long k_capset(int64_t effective, int64_t permitted, int64_t inheritable) {
    struct __user_cap_header_struct header = this_thread();
    struct __user_cap_data_struct halves[2] = {
        {.effective = effective, .permitted = permitted, .inheritable = inheritable},
        {.effective = effective >> 32, .permitted = permitted >> 32, .inheritable = inheritable >> 32},
    };
    return answer(syscall(SYS_capset, &header, halves));
}

/* System call filters: seccomp(2). `filter` is an array of struct sock_filter. */

long k_seccomp(int operation, int flags, unsigned char *filter, int length) {
    struct sock_fprog program = {.len = length, .filter = (struct sock_filter *)filter};
    return answer(syscall(SYS_seccomp, operation, flags, &program));
}

/*
 * Terminals: setsid(2), ioctl(2), tcgetattr(3), tcsetattr(3), cfmakeraw(3). A request's argument is a number (TIOCSCTTY,
 * TIOCGPTPEER) or the address of some bytes.
 */

long k_setsid(void) { return answer(setsid()); }
long k_ioctl(int fd, int64_t request, int64_t number) { return answer(ioctl(fd, (unsigned long)request, number)); }
long k_ioctl_at(int fd, int64_t request, unsigned char *bytes) { return answer(ioctl(fd, (unsigned long)request, bytes)); }
long k_tcgetattr(int fd, unsigned char *to) { return answer(tcgetattr(fd, (struct termios *)to)); }

long k_tcsetattr(int fd, int actions, const unsigned char *from) {
    return answer(tcsetattr(fd, actions, (const struct termios *)from));
}

long k_cfmakeraw(unsigned char *settings) {
    cfmakeraw((struct termios *)settings);
    return 0;
}

/* Descriptors: pipe(2), socketpair(2), dup2(2), poll(2), signalfd(2), sendmsg(2) and recvmsg(2) with SCM_RIGHTS */

/* The answer holds both descriptors, the second above the first. */
int64_t k_pipe(void) {
    int fds[2];
    long r = answer(pipe2(fds, O_CLOEXEC));
    return r < 0 ? r : (int64_t)fds[1] << 32 | fds[0];
}

int64_t k_socketpair(void) {
    int fds[2];
    long r = answer(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds));
    return r < 0 ? r : (int64_t)fds[1] << 32 | fds[0];
}

long k_dup2(int oldfd, int newfd) { return answer(dup2(oldfd, newfd)); }
long k_poll(unsigned char *fds, int count, int timeout) { return answer(poll((struct pollfd *)fds, count, timeout)); }

long k_signalfd(int64_t mask) {
    sigset_t set = signal_set(mask);
    return answer(signalfd(-1, &set, SFD_CLOEXEC));
}

/* A message of one byte, because an empty one looks like the end, with one descriptor beside it. See unix(7). */
union beside {
    char bytes[CMSG_SPACE(sizeof(int))];
    struct cmsghdr align;
};

long k_sendmsg(int socket_fd, int fd) {
    char byte = 0;
    struct iovec data = {.iov_base = &byte, .iov_len = 1};
    union beside beside = {.bytes = {0}};
    struct msghdr message = {
        .msg_iov = &data, .msg_iovlen = 1, .msg_control = &beside, .msg_controllen = sizeof beside};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(header), &fd, sizeof fd);
    return answer(sendmsg(socket_fd, &message, MSG_NOSIGNAL));
}

/* Returns the descriptor. ENODATA: no process has the other end open, or the message has no descriptor. */
long k_recvmsg(int socket_fd) {
    char byte;
    struct iovec data = {.iov_base = &byte, .iov_len = 1};
    union beside beside;
    struct msghdr message = {
        .msg_iov = &data, .msg_iovlen = 1, .msg_control = &beside, .msg_controllen = sizeof beside};
    long r = answer(recvmsg(socket_fd, &message, MSG_CMSG_CLOEXEC));
    if (r < 0)
        return r;
    struct cmsghdr *header = r == 0 ? NULL : CMSG_FIRSTHDR(&message);
    if (!header || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
        return -ENODATA;
    int fd;
    memcpy(&fd, CMSG_DATA(header), sizeof fd);
    return fd;
}

/* Locks: flock(2) */

long k_flock(int fd, int operation) { return answer(flock(fd, operation)); }

/* The rest is for the harness alone: native/guest.ts calls these functions. */

struct pool_info {
    int entropy_count;
    int buf_size;
    unsigned char buf[64];
};

long k_add_entropy(int random_fd, const unsigned char *bytes, int length) {
    struct pool_info info = {.entropy_count = length * 8, .buf_size = length};
    if (length < 0 || length > (int)sizeof info.buf)
        return -EINVAL;
    memcpy(info.buf, bytes, length);
    long r = answer(ioctl(random_fd, RNDADDENTROPY, &info));
    return r < 0 ? r : answer(ioctl(random_fd, RNDRESEEDCRNG));
}

/* Node contains OpenSSL, which drew its seed before the snapshot. Node exports OpenSSL's functions to libraries. */
extern int RAND_poll(void) __attribute__((weak));

long k_reseed(void) { return RAND_poll && RAND_poll() == 1 ? 0 : -EIO; }

/*
 * Makes a group that reports each read from the files that it watches; see fanotify(7). Reading from the group never
 * blocks. The kernel reports reads from pipes only to a group with FAN_REPORT_FID, which names files by their inodes.
 */
long k_fanotify_init(void) {
    return answer(fanotify_init(FAN_CLASS_NOTIF | FAN_REPORT_FID | FAN_CLOEXEC | FAN_NONBLOCK, 0));
}

long k_fanotify_mark(int group, int fd) {
    return answer(fanotify_mark(group, FAN_MARK_ADD, FAN_ACCESS, fd, NULL));
}

/* Makes a pseudo-terminal of this size. The answer holds both descriptors, the slave above the master. */
int64_t k_openpty(int rows, int columns) {
    struct winsize size = {.ws_row = rows, .ws_col = columns};
    int master, slave;
    long r = answer(openpty(&master, &slave, NULL, NULL, &size));
    if (r < 0)
        return r;
    fcntl(master, F_SETFD, FD_CLOEXEC);
    fcntl(slave, F_SETFD, FD_CLOEXEC);
    return (int64_t)slave << 32 | master;
}

long k_set_window_size(int fd, int rows, int columns) {
    struct winsize size = {.ws_row = rows, .ws_col = columns};
    return answer(ioctl(fd, TIOCSWINSZ, &size));
}

/* Makes an open file this process's standard input, output and error. */
static long as_standard_streams(int fd) {
    if (fd < 0)
        return -errno;
    for (int stream = 0; stream < 3; stream++)
        if (dup2(fd, stream) < 0)
            return -errno;
    return fd > 2 ? answer(close(fd)) : 0;
}

long k_take_terminal(const char *packed) {
    if (setsid() < 0)
        return -errno;
    int fd = open(unpack(&packed), O_RDWR);
    if (fd >= 0 && ioctl(fd, TIOCSCTTY, 0) < 0)
        return -errno;
    return as_standard_streams(fd);
}

long k_take_nothing(void) { return as_standard_streams(open("/dev/null", O_RDWR)); }

/* Returns the length of an extended attribute, or -ENODATA if there is none. */
long k_lgetxattr(const char *packed) {
    const char *path = unpack(&packed);
    return answer(lgetxattr(path, unpack(&packed), NULL, 0));
}

long k_pidfd_send_signal(int process_fd, int sig) { return answer(syscall(SYS_pidfd_send_signal, process_fd, sig, NULL, 0)); }

long k_sched_setscheduler(int pid, int priority) {
    struct sched_param param = {.sched_priority = priority};
    return answer(sched_setscheduler(pid, SCHED_RR, &param));
}

long k_mlockall(void) { return answer(mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT)); }

long k_clock_settime(int64_t ms) {
    struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = (ms % 1000) * 1000000};
    return answer(clock_settime(CLOCK_REALTIME, &t));
}
