// CRC-32 of 16 words, bit by bit; u0 is the polynomial, u1 is 1. r60 is the item.
        IADD_IMM.i32 r0, 0x0, #0x40
        IMUL.i32 r0, r60, r0
        IADD_IMM.i32 r1, 0x0, #0x10
        IADD_IMM.i32 r3, 0x0, #0xFFFFFFFF
word:   LD_BUFFER.i32.unsigned.slot0 @r2, r0, 0x1000000
        IADD_IMM.i32 r0, r0, #0x4
        IADD_IMM.i32 r5, 0x0, #0x20
        NOP.wait0
        LSHIFT_XOR.i32 r3, r3, 0x0.b00, r2
bit:    LSHIFT_AND.i32 r4, r3, 0x0.b00, u1
        ISUB.u32 r4, 0x0, r4
        LSHIFT_AND.i32 r4, r4, 0x0.b00, u0
        RSHIFT_XOR.i32 r3, r3, 0x3020100.b11, r4
        IADD_IMM.i32 r5, r5, #0xFFFFFFFF
        BRANCHZ.reconverge r5, bit
        IADD_IMM.i32 r1, r1, #0xFFFFFFFF
        BRANCHZ.reconverge r1, word
        IADD_IMM.i32 r8, 0x0, #0x1000001
        LSHIFT_OR.i32 r1, r60, 0x3020100.b22, 0x0
        LEA_BUFFER.slot0 @r6:r7, r1, r8
        NOP.wait0
        STORE.i32.slot1 @r3, r6, offset:0
        NOP.end
