/*
 * Written by the LWK into the unused tail of the vDSO of a process that stands at its exec stop, and entered in place of the
 * program. It is short, since each eight bytes cost the LWK a call; what can be in registers is:
 *
 *   r12 slot                  rsi, rdx, r10, rbp        operands of the calls below
 *   r13 entry point           r8, r9, r15, r11          the memfd's path, 32 bytes
 *   rbx RT_TEXT
 *
 * It depends on nobody: should the LWK die now, it still ends at the program's entry point, with what the ABI says of registers
 * there: rdx is no function to call at exit, rbp is the outermost frame's.
 */
#include "layout.h"
#include <asm/unistd_64.h>
        .text
        .globl  bootstrap
bootstrap:
        push    %r11
        push    %r15
        push    %r9
        push    %r8
        mov     %rsp, %rdi
        push    $__NR_open              /* not in a register: Linux puts the result of execve there */
        pop     %rax
        syscall                         /* open(path, O_RDWR | O_CLOEXEC) */
        add     $32, %rsp
        mov     %eax, %r14d
        test    %eax, %eax
        js      1f
        mov     %rbx, %rdi
        mov     %ebp, %esi
        xchg    %eax, %r8d
        xor     %r9d, %r9d
        push    $__NR_mmap
        pop     %rax
        syscall                         /* mmap(RT_TEXT, RT_TEXT_SIZE, rdx, r10, memfd, 0) */
        cmp     %rbx, %rax
        jne     2f
        add     $(RT_IMAGE - RT_TEXT), %rax
        jmp     *%rax
2:      mov     %r14d, %edi
        push    $__NR_close
        pop     %rax
        syscall
1:      xor     %edx, %edx
        xor     %ebp, %ebp
        jmp     *%r13
        .section .note.GNU-stack,"",@progbits
