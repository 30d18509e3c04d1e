/*
 * confined PROGRAM ARGUMENT...: installs the seccomp filter of the harbour (the machine that learners see: see
 * harness/guest/harbour.ts), and executes the program. The agent uses it to start every program that may execute a
 * learner's code.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * Installs the filter. Together with the harbour's namespaces, it keeps an exercise's processes in the harbour. It
 * cannot be removed, and it applies to everything that these processes fork or execute. The filter refuses these calls
 * with EPERM, and allows everything else that root can do:
 *   - bpf, perf_event_open: they could read other processes' memory and change what the kernel tells these processes.
 *   - ioctl NS_MNT_GET_NEXT and _PREV (0xb7 11 and 12): call by call, they return a descriptor of every mount namespace,
 *     also of the agent's.
 * A process can make calls by three ABIs: x86-64, x32, and i386 (int 0x80 works in a 64-bit program, too). The filter
 * covers each of them; it refuses every x32 call.
 */
static int confine(void) {
#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define WHEN(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, yes, no)
    struct sock_filter program[] = {
        /*  0 */ LOAD(arch),
        /*  1 */ WHEN(AUDIT_ARCH_X86_64, 0, 6),
        /*  2 */ LOAD(nr),
        /*  3 */ BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 12, 0), /* x32 */
        /*  4 */ WHEN(321, 11, 0),                                       /* bpf */
        /*  5 */ WHEN(298, 10, 0),                                       /* perf_event_open */
        /*  6 */ WHEN(16, 5, 0),                                         /* ioctl */
        /*  7 */ BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        /*  8 i386 */ LOAD(nr),
        /*  9 */ WHEN(357, 6, 0), /* bpf */
        /* 10 */ WHEN(336, 5, 0), /* perf_event_open */
        /* 11 */ WHEN(54, 0, 3),  /* ioctl */
        /* 12 */ LOAD(args[1]),
        /* 13 */ BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xffff),
        /* 14 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0xb70b, 1, 2),
        /* 15 */ BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        /* 16 */ BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        /* 17 */ WHEN(0xb70c, 0, 1),
        /* 18 */ BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        /* 19 */ BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
#undef LOAD
#undef WHEN
    struct sock_fprog filter = {.len = sizeof program / sizeof *program, .filter = program};
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter);
}

int main(int argc, char **argv) {
    (void)argc;
    if (confine() == 0)
        execvp(argv[1], argv + 1);
    fprintf(stderr, "%s: %s\n", argv[1], strerror(errno));
    return 127;
}
