/*
 * 64 bytes on: the trampolines of patched call sites jump here. rax number, rcx address behind the syscall instruction ("the return
 * address"), the rest as the application has it at its call; rcx, r11 and the flags are free. Included by entry.S.
 *
 * The short way keeps every register where it is: a call that stays here is made at once, and one that the LWK answers is posted and
 * awaited for a while. Everything else takes the long way, over a struct context. signal.c knows by these labels what the
 * application would have seen:
 *
 *      rt_patched .. rt_short_insn      not made yet                       rt_short_insn, restarted by Linux: the same
 *      rt_short_after .. rt_short_jump  made, its result in rax
 *      rt_ask_leave .. rt_ask_jump      made, its result in rax
 *      between, from rt_ask on          on its way: the signal is kept
 *
 * At rt_patched and at the jumps rsp is the application's; elsewhere it is SHORT_FRAME below, and the return address lies there.
 */
#define REGISTER(n) (CONTEXT_REGISTERS + 8 * (n))

.macro  CFI_SHORT
        .cfi_def_cfa rsp, SHORT_FRAME
        .cfi_offset DWARF_RIP, -SHORT_FRAME
.endm

/* The application's registers into a struct context below its red zone; rsp is the application's, rcx the return address. */
.macro  save_context
        CFI_ENTERED
        lea     -(128 + CONTEXT_SIZE)(%rsp), %rsp
        .cfi_def_cfa_offset BELOW
        mov     %r8, REGISTER(0)(%rsp)
        mov     %r9, REGISTER(1)(%rsp)
        mov     %r10, REGISTER(2)(%rsp)
        mov     %r11, REGISTER(3)(%rsp)
        mov     %r12, REGISTER(4)(%rsp)
        mov     %r13, REGISTER(5)(%rsp)
        mov     %r14, REGISTER(6)(%rsp)
        mov     %r15, REGISTER(7)(%rsp)
        mov     %rdi, REGISTER(8)(%rsp)
        mov     %rsi, REGISTER(9)(%rsp)
        mov     %rbp, REGISTER(10)(%rsp)
        mov     %rbx, REGISTER(11)(%rsp)
        mov     %rdx, REGISTER(12)(%rsp)
        mov     %rax, REGISTER(13)(%rsp)
        mov     %rcx, REGISTER(14)(%rsp)
        lea     (128 + CONTEXT_SIZE)(%rsp), %r11
        mov     %r11, REGISTER(15)(%rsp)
        mov     %rcx, REGISTER(16)(%rsp)
        movq    $0x202, REGISTER(17)(%rsp)
        movq    $0, CONTEXT_FPSTATE(%rsp)
        CFI_CONTEXT rsp
.endm

        .balign 64
        .globl  rt_patched, rt_short_stored, rt_short_insn, rt_short_after, rt_short_jump, rt_ask_leave, rt_ask_jump
        .globl  rt_patched_exit, rt_patched_jump, rt_release_after
rt_patched:
        .cfi_startproc
        CFI_ENTERED
        lea     -SHORT_FRAME(%rsp), %rsp
        .cfi_def_cfa_offset SHORT_FRAME
        mov     %rcx, (%rsp)
rt_short_stored:
        CFI_SHORT
        cmp     $NR_MAX, %rax
        jae     rt_long
        movabs  $RT_SHM, %r11
        cmpl    $0, HEADER_MEASURE(%r11)
        jne     rt_long
        cmpq    $0, %gs:SLOT_SUD_ON
        jne     rt_long
        movzbl  HEADER_DISPOSITION(%r11,%rax), %ecx
        lea     rt_class(%rip), %r11
        cmp     $DISP_LWK, %ecx
        je      rt_short_lwk
        orb     (%r11,%rax), %cl        /* DISP_HERE and CLASS_HERE are zero */
        jz      rt_short_insn
        jmp     rt_long
rt_short_lwk:
        movzbl  (%r11,%rax), %ecx
        cmp     $CLASS_ASK, %ecx
        je      3f
        cmp     $CLASS_MMAP, %ecx
        je      1f
        cmp     $CLASS_MUNMAP, %ecx
        je      2f
        cmp     $CLASS_BRK, %ecx
        je      rt_ask
        jmp     rt_long
3:      movabs  $RT_SHM, %r11
        cmpl    $0, HEADER_COLD(%r11)
        je      rt_ask
        jmp     rt_short_insn
1:      test    %rdi, %rdi              /* mmap(0, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, any, 0) */
        jne     rt_long
        cmp     $3, %rdx
        jne     rt_long
        cmp     $0x22, %r10
        jne     rt_long
        test    %r9, %r9
        jne     rt_long
        jmp     rt_ask
2:      movabs  $ARENA_BASE, %rcx       /* munmap(address, length), all of it in the arenas, and not the stack we stand on */
        cmp     %rcx, %rdi
        jb      rt_long
        movabs  $ARENA_END, %rcx
        sub     %rdi, %rcx
        jbe     rt_long
        cmp     %rcx, %rsi
        ja      rt_long
        lea     SHORT_FRAME(%rsp), %rcx
        sub     %rdi, %rcx
        lea     4095(%rsi), %r11
        cmp     %r11, %rcx
        jbe     rt_long
        jmp     rt_ask

rt_short_insn:
        syscall
rt_short_after:
        mov     (%rsp), %rcx
        lea     SHORT_FRAME(%rsp), %rsp
        CFI_ENTERED
rt_short_jump:
        jmp     *%rcx
        .cfi_endproc

rt_long:
        .cfi_startproc
        CFI_SHORT
        mov     (%rsp), %rcx
        lea     SHORT_FRAME(%rsp), %rsp
        CFI_ENTERED
        jmp     rt_long_way
        .cfi_endproc

/* Posts the call and waits for the answer, as ask() in channel.c does; where that is not all, C goes on from there. */
rt_ask:
        .cfi_startproc
        CFI_SHORT
        mov     %gs:SLOT_SELF, %r11
        movabs  $RT_SHM, %rcx
        cmpw    $0, SLOT_DETACHED(%r11)
        jne     rt_long
        cmpl    $0, HEADER_GONE(%rcx)
        jne     rt_long
        testl   $FUTEX_OWNER_DIED, HEADER_LWK_WORD(%rcx)
        jne     rt_long
        movl    $OP_SYSCALL, SLOT_OP(%r11)
        mov     %rax, SLOT_NR(%r11)
        mov     %rdi, (SLOT_ARG + 0)(%r11)
        mov     %rsi, (SLOT_ARG + 8)(%r11)
        mov     %rdx, (SLOT_ARG + 16)(%r11)
        mov     %r10, (SLOT_ARG + 24)(%r11)
        mov     %r8, (SLOT_ARG + 32)(%r11)
        mov     %r9, (SLOT_ARG + 40)(%r11)
        mov     HEADER_SPIN(%rcx), %ecx
        mov     $1, %eax
        lock xadd %eax, SLOT_REQ_SEQ(%r11)
        inc     %eax
        cmpl    $0, SLOT_POLLED(%r11)   /* not promised to be looked at: the doorbell is for C to ring */
        je      rt_posted
        test    %ecx, %ecx
        jz      rt_posted
1:      cmp     SLOT_REP_SEQ(%r11), %eax
        je      2f
        pause
        dec     %ecx
        jnz     1b
        jmp     rt_posted
2:      cmpl    $RE_DONE, SLOT_KIND(%r11)
        jne     rt_posted
        mov     SLOT_VALUE(%r11), %rax
        cmpl    $__NR_brk, SLOT_NR(%r11)
        je      4f
rt_ask_leave:
        cmpl    $0, %gs:SLOT_DEFERRED
        jne     3f
        mov     (%rsp), %rcx
        lea     SHORT_FRAME(%rsp), %rsp
        CFI_ENTERED
rt_ask_jump:
        jmp     *%rcx
        CFI_SHORT
4:      movabs  $RT_DATA, %rcx          /* the break is known here, too */
        mov     %rax, PROC_APP_BREAK(%rcx)
        mov     (SLOT_REPLY + 16)(%r11), %r11
        mov     %r11, PROC_MAPPED_BREAK(%rcx)
        jmp     rt_ask_leave
3:      mov     (%rsp), %rcx            /* a signal was kept, and every signal is blocked */
        lea     SHORT_FRAME(%rsp), %rsp
        save_context
        mov     %rsp, %gs:SLOT_CONTEXT
        jmp     rt_patched_exit
        .cfi_endproc

rt_posted:
        .cfi_startproc
        CFI_SHORT
        mov     SLOT_NR(%r11), %rax
        mov     (%rsp), %rcx
        lea     SHORT_FRAME(%rsp), %rsp
        save_context
        mov     %rsp, %rdi
        mov     %rsp, %rbx
        and     $-16, %rsp
        .cfi_def_cfa_register rbx
        call    rt_posted_call
        mov     %rbx, %rsp
        .cfi_def_cfa_register rsp
        jmp     rt_patched_exit
        .cfi_endproc

rt_long_way:
        .cfi_startproc
        save_context
        mov     %rsp, %rdi
        mov     %rsp, %rbx
        and     $-16, %rsp
        .cfi_def_cfa_register rbx
        call    rt_patched_call
        mov     %rbx, %rsp
        .cfi_def_cfa_register rsp
rt_patched_exit:                        /* up to the jump, a signal finds the call completed as the context says */
        cmpl    $0, %gs:SLOT_DEFERRED
        jne     1f
        mov     REGISTER(0)(%rsp), %r8
        mov     REGISTER(1)(%rsp), %r9
        mov     REGISTER(2)(%rsp), %r10
        mov     REGISTER(3)(%rsp), %r11
        mov     REGISTER(4)(%rsp), %r12
        mov     REGISTER(5)(%rsp), %r13
        mov     REGISTER(6)(%rsp), %r14
        mov     REGISTER(7)(%rsp), %r15
        mov     REGISTER(8)(%rsp), %rdi
        mov     REGISTER(9)(%rsp), %rsi
        mov     REGISTER(10)(%rsp), %rbp
        mov     REGISTER(11)(%rsp), %rbx
        mov     REGISTER(12)(%rsp), %rdx
        mov     REGISTER(13)(%rsp), %rax
        mov     REGISTER(16)(%rsp), %rcx
        lea     (128 + CONTEXT_SIZE)(%rsp), %rsp
        .cfi_endproc
        .cfi_startproc
        CFI_ENTERED
rt_patched_jump:
        jmp     *%rcx
        CFI_CONTEXT rsp
1:      mov     %rsp, %rbx              /* every signal is blocked: send the kept one again, then lift the mask */
        .cfi_def_cfa_register rbx
        and     $-16, %rsp
        call    rt_requeue
        mov     %rbx, %rsp
        .cfi_def_cfa_register rsp
        mov     $2, %edi                /* SIG_SETMASK */
        mov     %gs:SLOT_SELF, %rsi
        add     $SLOT_KEPT_MASK, %rsi
        xor     %edx, %edx
        mov     $8, %r10d
        mov     $__NR_rt_sigprocmask, %eax
        syscall
rt_release_after:                       /* here it arrives */
        jmp     rt_patched_exit
        .cfi_endproc
