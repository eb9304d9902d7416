/*
 * Where control enters and leaves the runtime. The order of the labels matters: signal.c compares an interrupted address with
 * them to know what the application would have seen.
 */
#include "layout.h"
#include <asm/unistd_64.h>
#include "unwind.inc"

        .text

/* The first of the image's code. From the bootstrap: r12 slot, r13 entry point of the program, r14 descriptor of the memfd. */
        .globl  rt_image
rt_image:
        jmp     rt_first

#include "patched.S"

rt_first:
        .cfi_startproc
        .cfi_undefined DWARF_RIP        /* nothing called it */
        mov     %r12, %rdi
        mov     %r14, %rsi
        call    rt_init
        mov     %r13, -8(%rsp)
        xor     %eax, %eax
        xor     %ebx, %ebx
        xor     %ecx, %ecx
        xor     %edx, %edx              /* no function for the program to register at exit */
        xor     %esi, %esi
        xor     %edi, %edi
        xor     %ebp, %ebp
        xor     %r8d, %r8d
        xor     %r9d, %r9d
        xor     %r10d, %r10d
        xor     %r11d, %r11d
        xor     %r12d, %r12d
        xor     %r13d, %r13d
        xor     %r14d, %r14d
        xor     %r15d, %r15d
        jmp     *-8(%rsp)
        .cfi_endproc

/*
 * long rt_here(nr, a, b, c, d, e, f): the application's call, made on this core. A signal that lands between rt_here_begin and
 * rt_here_after finds a state that can be told in the application's terms: not made yet (restart), or made and its result in rax.
 */
        .globl  rt_here, rt_here_begin, rt_here_insn, rt_here_after
rt_here:
        .cfi_startproc
        mov     %rdi, %rax
        mov     %rsi, %rdi
        mov     %rdx, %rsi
        mov     %rcx, %rdx
        mov     %r8, %r10
        mov     %r9, %r8
        mov     8(%rsp), %r9
rt_here_begin:
        cmpl    $0, %gs:SLOT_DEFERRED
        jne     1f
rt_here_insn:
        syscall
rt_here_after:
        ret
1:      mov     $-4000, %rax            /* RESTART */
        ret
        .cfi_endproc

/* SIGSYS: the kernel enters here with rdi signal, rsi siginfo, rdx ucontext; no signal is blocked by it. */
        .globl  rt_sigsys, rt_exit, rt_exit_end, rt_exit_slow
rt_sigsys:
        .cfi_startproc
        mov     %rdi, %r12
        mov     %rsi, %r13
        mov     %rdx, %r14
        sub     $8, %rsp
        .cfi_adjust_cfa_offset 8
        call    rt_trap
        add     $8, %rsp
        .cfi_adjust_cfa_offset -8
        cmp     $NOT_A_CALL, %rdx
        ja      rt_to_handler
        mov     %rax, %rsp
        CFI_FRAME 7
        je      1f                      /* what is kept is for the call that was interrupted to release */
rt_exit:
        cmpl    $0, %gs:SLOT_DEFERRED
        jne     rt_exit_slow
        mov     $__NR_rt_sigreturn, %eax
        syscall
rt_exit_end:
        ud2
rt_exit_slow:                           /* every signal is blocked from here on */
        mov     %rsp, %rbx
        CFI_FRAME 3
        sub     $128, %rsp
        and     $-16, %rsp
        call    rt_requeue
        mov     %rbx, %rsp
        CFI_FRAME 7
1:      mov     $__NR_rt_sigreturn, %eax
        syscall
        ud2
        .cfi_endproc

/* Every other signal that the application handles: entered with all signals blocked. */
        .globl  rt_signal, rt_jump_begin, rt_jump_end
rt_signal:
        .cfi_startproc
        mov     %rdi, %r12
        mov     %rsi, %r13
        mov     %rdx, %r14
        sub     $8, %rsp
        .cfi_adjust_cfa_offset 8
        call    deliver
        add     $8, %rsp
        .cfi_adjust_cfa_offset -8
        test    %rdx, %rdx
        jnz     rt_to_handler
        add     $8, %rsp
        CFI_FRAME 7
        mov     $__NR_rt_sigreturn, %eax
        syscall
        ud2
        .cfi_endproc
        .cfi_startproc
rt_to_handler:                          /* rax handler, rdx address of its signal mask */
        mov     %rax, %rbx
        mov     %gs:SLOT_MOVED, %rcx
        add     %rcx, %rsp
        add     %rcx, %r13
        add     %rcx, %r14
        mov     $2, %edi                /* SIG_SETMASK */
        mov     %rdx, %rsi
        xor     %edx, %edx
        mov     $8, %r10d
        mov     $__NR_rt_sigprocmask, %eax
        syscall
rt_jump_begin:                          /* the handler's mask holds: a signal here arrives "at the handler's first instruction" */
        mov     %r12, %rdi
        mov     %r13, %rsi
        mov     %r14, %rdx
        jmp     *%rbx
        .cfi_endproc
rt_jump_end:

/*
 * long rt_clone(nr, a, b, c, d, e, child, save, save_end)
 * Where the child shares memory and stack (vfork), it will run over this very stack: `save` keeps what lies from rsp to save_end
 * for the parent. A child with a stack of its own starts with rsp at a copy of the register frame and leaves through it.
 * Returns twice where the child continues on this stack or a copy of it.
 */
        .globl  rt_clone
rt_clone:
        .cfi_startproc
        push    %rbp
        CFI_PUSHED rbp
        push    %rbx
        CFI_PUSHED rbx
        push    %r12
        CFI_PUSHED r12
        push    %r13
        CFI_PUSHED r13
        push    %r15
        CFI_PUSHED r15
        mov     48(%rsp), %r12          /* child */
        mov     56(%rsp), %r13          /* save, or 0 */
        mov     64(%rsp), %r15          /* save_end */
        mov     %rsp, %rbx
        .cfi_def_cfa_register rbx
        mov     %rdi, %rax
        mov     %rsi, %rdi
        mov     %rdx, %rsi
        mov     %rcx, %rdx
        mov     %r8, %r10
        mov     %r9, %r8
        test    %r13, %r13
        jz      2f
        push    %rdi
        push    %rsi
        mov     %rsp, %rsi
        add     $16, %rsi
        mov     %r13, %rdi
        mov     %r15, %rcx
        sub     %rsi, %rcx
        rep movsb
        pop     %rsi
        pop     %rdi
2:      syscall
        test    %rax, %rax
        jz      4f
        test    %r13, %r13
        jz      3f
        mov     %rbx, %rdi              /* the parent of a vfork: put the stack back */
        mov     %r13, %rsi
        mov     %r15, %rcx
        sub     %rbx, %rcx
        rep movsb
3:      mov     %rbx, %rsp
        .cfi_remember_state
        .cfi_def_cfa_register rsp
        pop     %r15
        CFI_POPPED r15
        pop     %r13
        CFI_POPPED r13
        pop     %r12
        CFI_POPPED r12
        pop     %rbx
        CFI_POPPED rbx
        pop     %rbp
        CFI_POPPED rbp
        ret
        .cfi_restore_state
4:      cmp     %rbx, %rsp              /* the child */
        je      3b
        CFI_FRAME 7
        mov     %rsp, %rbx
        CFI_FRAME 3
        mov     %rsp, %rdi
        mov     %r12, %rsi
        sub     $128, %rsp
        and     $-16, %rsp
        call    rt_child
        mov     %rbx, %rsp
        test    %rax, %rax
        jz      rt_patched_exit
        mov     $__NR_rt_sigreturn, %eax
        syscall
        ud2
        .cfi_endproc

/* rt_exit_without_stack(start, length, status): unmaps the stack, then ends the thread; all in registers. */
        .globl  rt_exit_without_stack
rt_exit_without_stack:
        .cfi_startproc
        .cfi_undefined DWARF_RIP
        mov     %rdx, %rbx
        mov     $__NR_munmap, %eax
        syscall
        mov     %rbx, %rdi
        mov     $__NR_exit, %eax
        syscall
        ud2
        .cfi_endproc

/* long rt_elsewhere(rsp, nr, a, b): a system call made on another stack, which it does not touch. */
        .globl  rt_elsewhere
rt_elsewhere:
        .cfi_startproc
        push    %rbx
        CFI_PUSHED rbx
        mov     %rsp, %rbx
        .cfi_def_cfa_register rbx
        mov     %rdi, %rsp
        mov     %rsi, %rax
        mov     %rdx, %rdi
        mov     %rcx, %rsi
        syscall
        mov     %rbx, %rsp
        .cfi_def_cfa_register rsp
        pop     %rbx
        CFI_POPPED rbx
        ret
        .cfi_endproc

        .globl  rt_restorer, rt_restorer_end /* of SIGSYS; only the application's own handler returns here */
        .cfi_startproc
        .cfi_signal_frame
        CFI_FRAME 7
signal_frame:
        nop                             /* unwinders look a return address up one byte before it */
rt_restorer:
        movl    $0, %gs:SLOT_SIGSYS_BLOCKED /* it was not blocked when it came */
        mov     $__NR_rt_sigreturn, %eax
        syscall
rt_restorer_end:
        ud2
        .cfi_endproc
        .section .note.GNU-stack,"",@progbits
