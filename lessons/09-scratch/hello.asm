; A whole program, file header included: nasm -f bin -o hello hello.asm
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
    mov eax, 1                  ; write(1, line, 26)
    mov edi, 1
    mov rsi, line
    mov edx, end - line
    syscall
    xor eax, eax                ; read(0, below the stack, 1): waits
    xor edi, edi
    lea rsi, [rsp - 8]
    mov edx, 1
    syscall
    mov eax, 60                 ; _exit(0)
    xor edi, edi
    syscall

line:
    db "Hello from an empty root.", 10
end:
