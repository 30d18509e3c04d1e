; The command of a container: prints its argument, waits for a line, and ends with the exit code in the line. In the image,
; its file belongs to root and is setuid, so the kernel makes the process that executes it root. Not a shell: a shell that
; is started in this way sets its effective ids to the real ones by itself.
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

start:
    mov r12, [rsp + 16]         ; argv[1]
    xor edx, edx                ; edx: the length of argv[1]
length:
    cmp byte [r12 + rdx], 0
    je says
    inc edx
    jmp length
says:
    mov r13d, 2                 ; twice: that says that it waits for a line
again:
    mov eax, 1                  ; write(1, argv[1], its length)
    mov edi, 1
    mov rsi, r12
    syscall
    dec r13d
    jnz again
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
digit:
    movzx ecx, byte [rsi]
    sub ecx, "0"
    cmp ecx, 9
    ja exit
    imul edi, edi, 10
    add edi, ecx
    inc rsi
    jmp digit

exit:
    mov eax, 60                 ; _exit(edi)
    syscall

newline:
    db 10
end:
