// y[i] = a * x[i] + y[i]; r60 is the global id, u0 is a, u1 the number of items.
        ICMP_OR.u32.lt.m1 r3, r60, u1, 0x0
        BRANCHZ.eq.reconverge r3.h0, done
        LSHIFT_OR.i32 r0, r60, 0x3020100.b22, 0x0
        LD_BUFFER.i32.unsigned.slot0 @r1, r0, 0x1000000
        IADD_IMM.i32 r2, 0x0, #0x1000001
        LD_BUFFER.i32.unsigned.slot1.wait0 @r3, r0, r2
        NOP.wait1
        FMA.f32 r1, u0, r1, r3
        LEA_BUFFER.slot2 @r4:r5, r0, r2
        NOP.wait2
        STORE.i32.slot0 @r1, r4, offset:0
done:   NOP.end
