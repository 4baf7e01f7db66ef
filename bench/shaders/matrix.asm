// c = a * b, 256 x 256 binary32; r60 is the column, r61 the row.
        IADD_IMM.i32 r9, 0x0, #0x400
        IMUL.i32 r0, r61, r9
        LSHIFT_OR.i32 r1, r60, 0x3020100.b22, 0x0
        IADD.u32 r7, r0, r1
        IADD_IMM.i32 r2, 0x0, #0x0
        IADD_IMM.i32 r3, 0x0, #0x100
        IADD_IMM.i32 r8, 0x0, #0x1000001
loop:   LD_BUFFER.i32.unsigned.slot0 @r4, r0, 0x1000000
        LD_BUFFER.i32.unsigned.slot1 @r5, r1, r8
        IADD_IMM.i32 r0, r0, #0x4
        IADD.u32 r1, r1, r9
        IADD_IMM.i32.wait01 r3, r3, #0xFFFFFFFF
        FMA.f32 r2, r4, r5, r2
        BRANCHZ.reconverge r3, loop
        IADD_IMM.i32 r8, 0x0, #0x1000002
        LEA_BUFFER.slot0 @r4:r5, r7, r8
        NOP.wait0
        STORE.i32.slot1 @r2, r4, offset:0
        NOP.end
