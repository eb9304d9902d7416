/*
 * Written by the LWK into the unused tail of the vDSO of a process that stands at its exec stop, and entered in place of the
 * program: r12 slot, r13 entry point; all other registers are zero as Linux leaves them.
 * It depends on nobody: should the LWK die now, it still ends at the program's entry point. The path follows the code.
 */
#include "layout.h"
#include <asm/unistd_64.h>
        .text
        .globl  bootstrap
bootstrap:
        lea     path(%rip), %rdi
        mov     $0x80002, %esi          /* O_RDWR | O_CLOEXEC */
        mov     $__NR_open, %eax
        syscall
        test    %eax, %eax
        js      1f
        mov     %eax, %r14d
        movabs  $RT_TEXT, %rdi
        mov     $RT_TEXT_SIZE, %esi
        mov     $5, %edx                /* PROT_READ | PROT_EXEC */
        mov     $0x100002, %r10d        /* MAP_PRIVATE | MAP_FIXED_NOREPLACE */
        mov     %r14d, %r8d
        xor     %r9d, %r9d
        mov     $__NR_mmap, %eax
        syscall
        cmp     %rdi, %rax
        jne     2f
        add     $(RT_IMAGE - RT_TEXT), %rdi
        jmp     *%rdi
2:      mov     %r14d, %edi
        mov     $__NR_close, %eax
        syscall
1:      mov     %r13, -8(%rsp)
        xor     %eax, %eax
        xor     %ecx, %ecx
        xor     %edx, %edx
        xor     %esi, %esi
        xor     %edi, %edi
        xor     %r8d, %r8d
        xor     %r9d, %r9d
        xor     %r10d, %r10d
        xor     %r11d, %r11d
        xor     %r12d, %r12d
        xor     %r13d, %r13d
        xor     %r14d, %r14d
        jmp     *-8(%rsp)
path:
        .section .note.GNU-stack,"",@progbits
