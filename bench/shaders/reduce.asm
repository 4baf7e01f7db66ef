// Sums 256 words of each work-group in shared memory, a tree of barriers; r57 is the work-group.
        U16_TO_U32 r0, r55.h00
        LSHIFT_OR.i32 r1, r60, 0x3020100.b22, 0x0
        LD_BUFFER.i32.unsigned.slot0 @r2, r1, 0x1000000
        LSHIFT_OR.i32 r3, r0, 0x3020100.b22, 0x0
        IADD.u32 r4, workgroup_local_pointer.w0, r3
        MOV.i32.wait0 r5, workgroup_local_pointer.w1
        STORE.i32.slot1 @r2, r4, offset:0
        NOP.wait1
        IADD_IMM.i32 r6, 0x0, #0x80
        BARRIER.slot7.wait
loop:   ICMP_OR.u32.lt.m1 r7, r0, r6, 0x0
        BRANCHZ.eq.reconverge r7.h0, skip
        LSHIFT_OR.i32 r8, r6, 0x3020100.b22, 0x0
        IADD.u32 r8, r4, r8
        MOV.i32 r9, r5
        LOAD.i32.unsigned.slot0 @r10, r8, offset:0
        LOAD.i32.unsigned.slot1 @r11, r4, offset:0
        NOP.wait01
        IADD.u32 r11, r11, r10
        STORE.i32.slot2 @r11, r4, offset:0
        NOP.wait2
skip:   NOP.reconverge
        RSHIFT_OR.i32 r6, r6, 0x3020100.b11, 0x0
        BARRIER.slot7.wait
        BRANCHZ.reconverge r6, loop
        ICMP_OR.u32.eq.m1 r7, r0, 0x0, 0x0
        BRANCHZ.eq.reconverge r7.h0, done
        LOAD.i32.unsigned.slot0 @r2, r4, offset:0
        LSHIFT_OR.i32 r1, r57, 0x3020100.b22, 0x0
        IADD_IMM.i32 r8, 0x0, #0x1000001
        LEA_BUFFER.slot1 @r6:r7, r1, r8
        NOP.wait01
        STORE.i32.slot2 @r2, r6, offset:0
done:   NOP.end
