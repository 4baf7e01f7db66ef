// Steps until |z| > 2, at most u4; r60, r61 are the point, u0 its scale, u1 and u2 the corner, u3 is 4.0.
        MOV.i32 r10, u0
        U32_TO_F32 r0, r60
        FMA.f32 r0, r0, r10, u1
        U32_TO_F32 r1, r61
        FMA.f32 r1, r1, r10, u2
        MOV.i32 r2, 0x0
        MOV.i32 r3, 0x0
        MOV.i32 r4, 0x0
loop:   FMA.f32 r5, r2, r2, 0x0.neg
        FMA.f32 r6, r3, r3, 0x0.neg
        FADD.f32 r7, r5, r6
        FCMP_OR.f32.gt.m1 r7, r7, u3, 0x0
        BRANCHZ.reconverge r7, done
        FADD.f32 r8, r2, r2
        FMA.f32 r8, r8, r3, 0x0.neg
        FADD.f32 r3, r8, r1
        FADD.f32 r5, r5, r6.neg
        FADD.f32 r2, r5, r0
        IADD_IMM.i32 r4, r4, #0x1
        ICMP_OR.u32.lt.m1 r9, r4, u4, 0x0
        BRANCHZ.reconverge r9, loop
done:   NOP.reconverge
        LSHIFT_OR.i32 r5, r61, u5.b00, r60
        LSHIFT_OR.i32 r5, r5, 0x3020100.b22, 0x0
        LEA_BUFFER.slot0 @r6:r7, r5, 0x1000000
        NOP.wait0
        STORE.i32.slot1 @r4, r6, offset:0
        NOP.end
