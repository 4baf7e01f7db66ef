// First light: the smallest stream that shows something. It builds two values, adds to them, stores both,
// signals a 64-bit sync object and waits for it, and reads the result back.
//
//   bin/tyr run resources/examples/first-light.cs
//
//! map 0x7f0000000000:0x2000
//! dump 0x7f0000001000:0x30
//! expect r66 = 47
//! expect r67 = 16
//! expect r74 = 47
//! expect [0x7f0000001008] = 47
//! expect [0x7f000000100c] = 16
//! expect [0x7f0000001020] = 1

        SET_SB_ENTRY    #2, #0                    // endpoint jobs on entry 2, memory on entry 0
        MOVE48          d64, #0x7f0000001000      // where the result goes
        MOVE32          r66, #0x2a
        MOVE32          r67, #0xfffffff0
        ADD_IMM32       r66, r66, #5              // 0x2a + 5 = 47
        ADD_IMM32       r67, r67, #32             // wraps to 16
        STORE_MULTIPLE  [d64 + 8], r66:r67
        WAIT            #0x1                      // the store is in memory now

        MOVE48          d68, #0x7f0000001020      // a 64-bit sync object
        MOVE48          d70, #1
        SYNC_ADD64.system.propagate [d68], d70, #0x0, #0
        SYNC_WAIT64.gt.inherit [d68], d72         // 1 > 0: passes at once
        LOAD_MULTIPLE   r74:r75, [d64 + 8]        // read the result back
        WAIT            #0x1
