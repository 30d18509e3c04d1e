; The command of a container. It makes system calls, one after the other, and writes down what the kernel says to each.
; The file "questions" has 64 bytes for each call: a kind, the call's number, six arguments. Kinds: 0 and 2 are calls by the
; instruction syscall, 1 is a call by int 0x80, as 32-bit programs make it. A call of kind 2 may fork.
;
; argv[1] is the token, argv[2] the path of a file for the answers: four hexadecimal digits for each call, 200 in a file.
; The last character of the path counts the files. 0000 stands for a call that worked, 8000 + N for one that ended the
; process by signal N, and every other number is the error's.
BITS 64
org 0x400000                    ; the address that the file is mapped to

file:                           ; the ELF header: 64 bytes
    db 0x7f, "ELF", 2, 1, 1     ; 64-bit, little-endian, version 1
    times 9 db 0
    dw 2, 62                    ; e_type: a program; e_machine: x86-64
    dd 1                        ; e_version
    dq start                    ; e_entry: where it starts
    dq loaded - file            ; e_phoff: where the program headers are
    dq 0                        ; e_shoff: no section headers
    dd 0                        ; e_flags
    dw 64, 56, 1                ; this header's size; a program header's; how many
    dw 0, 0, 0                  ; no sections

loaded:                         ; one program header: 56 bytes
    dd 1, 5                     ; p_type: PT_LOAD; p_flags: read and execute
    dq 0, file, file            ; p_offset, p_vaddr, p_paddr
    dq end - file, end - file   ; p_filesz, p_memsz
    dq 4096                     ; p_align

around:                         ; at 0x400078, where questions refer to it
    db "/answers/around", 0

BYTES equ 65536                 ; memory that the processes share: a counter, and the answers
PER_FILE equ 4 * 200

start:
    mov r12, [rsp + 16]         ; argv[1]
    mov r13, [rsp + 24]         ; argv[2]
    xor edi, edi                ; mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)
    mov esi, BYTES
    mov edx, 3
    mov r10d, 21h
    mov r8, -1
    xor r9d, r9d
    mov eax, 9
    syscall
    test rax, rax
    js speak
    mov r14, rax

again:                          ; a child asks. If a call ends it, another child goes on after that call
    cmp dword [r14], COUNT
    jae all
    mov eax, 57                 ; fork()
    syscall
    test eax, eax
    js all
    jz child
    mov edi, eax                ; wait4(the child, below the stack, 0, NULL)
    lea rsi, [rsp - 16]
    xor edx, edx
    xor r10d, r10d
    mov eax, 61
    syscall
    test eax, eax
    js all
    cmp dword [r14], COUNT
    jae all
    mov eax, [rsp - 16]
    and eax, 7fh
    or eax, 8000h
    call note
    jmp again

child:
    mov ebx, [r14]
    cmp ebx, COUNT
    jae leave
    shl rbx, 6
    add rbx, questions
    cmp qword [rbx], 1
    je by_int_80
    mov rdi, [rbx + 16]
    mov rsi, [rbx + 24]
    mov rdx, [rbx + 32]
    mov r10, [rbx + 40]
    mov r8, [rbx + 48]
    mov r9, [rbx + 56]
    mov rax, [rbx + 8]
    syscall
    cmp qword [rbx], 2
    jne answered
    test rax, rax
    jz leave                    ; the child of the call itself
    jmp answered
by_int_80:
    mov r15, rbx
    mov rax, [r15 + 8]
    mov rcx, [r15 + 24]
    mov rdx, [r15 + 32]
    mov rsi, [r15 + 40]
    mov rdi, [r15 + 48]
    mov rbx, [r15 + 16]
    int 80h
    movsxd rax, eax
answered:
    cmp rax, -4095              ; the kernel returns an error as a small negative number
    jae failed
    xor eax, eax
failed:
    neg eax
    call note
    jmp child
leave:
    xor edi, edi
    mov eax, 60                 ; _exit(0)
    syscall

note:                           ; adds eax to the answers, as four hexadecimal digits
    mov ecx, [r14]
    lea rdi, [r14 + 8 + 4 * rcx]
    mov ecx, 4
digit:
    rol ax, 4
    mov edx, eax
    and edx, 0fh
    mov dl, [digits + rdx]
    mov [rdi], dl
    inc rdi
    dec ecx
    jnz digit
    inc dword [r14]
    ret

all:                            ; writes the answers down
    xor r15d, r15d              ; how many bytes are written
    xor ebx, ebx                ; argv[2]: the last character's place
last:
    cmp byte [r13 + rbx + 1], 0
    je file_of_answers
    inc rbx
    jmp last
file_of_answers:
    mov ebp, [r14]
    shl ebp, 2
    sub ebp, r15d
    jz speak
    cmp ebp, PER_FILE
    jbe open_file
    mov ebp, PER_FILE
open_file:
    mov rdi, r13                ; open(argv[2], O_WRONLY | O_CREAT | O_TRUNC, 0644)
    mov esi, 1101o
    mov edx, 644o
    mov eax, 2
    syscall
    test eax, eax
    js speak
    mov edi, eax                ; write(it, the next answers, their length)
    lea rsi, [r14 + 8 + r15]
    mov edx, ebp
    mov eax, 1
    syscall
    add r15d, ebp
    inc byte [r13 + rbx]        ; argv[2] is in memory that the process may write
    jmp file_of_answers

speak:
    xor edx, edx                ; edx: the length of argv[1]
length:
    cmp byte [r12 + rdx], 0
    je says
    inc edx
    jmp length
says:
    mov r13d, 2                 ; twice: that says that it waits for a line
twice:
    mov eax, 1                  ; write(1, argv[1], its length)
    mov edi, 1
    mov rsi, r12
    syscall
    dec r13d
    jnz twice
    mov eax, 1                  ; write(1, "\n", 1)
    mov rsi, newline
    mov edx, 1
    syscall

    xor eax, eax                ; read(0, below the stack, 15): waits for the exit code
    xor edi, edi
    lea rsi, [rsp - 16]
    mov edx, 15
    syscall
    xor edi, edi                ; edi: the number that the line says
number:
    movzx ecx, byte [rsi]
    sub ecx, "0"
    cmp ecx, 9
    ja exit
    imul edi, edi, 10
    add edi, ecx
    inc rsi
    jmp number
exit:
    mov eax, 60                 ; _exit(edi)
    syscall

digits:
    db "0123456789abcdef"
newline:
    db 10
questions:
    incbin "questions"
COUNT equ ($ - questions) / 64
end:
