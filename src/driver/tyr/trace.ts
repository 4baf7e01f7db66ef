/**
 * Observers of jobs, for whoever records a session. All are undefined while nobody looks, none changes what the
 * driver does, none is part of saved state. A job is named by the id of its finished fence, so that the observer
 * of fences (drm/fence.ts) tells when it has ended and with what.
 */

export interface SubmittedJob {
  /** Id of the finished fence. */
  readonly id: number;
  readonly group: number;
  readonly queue: number;
  /** GPU VA and bytes of the user's stream; both 0 for a job without instructions. */
  readonly start: number;
  readonly size: number;
}

export interface JobTrace {
  /** Accepted by GROUP_SUBMIT; it may have to wait for other fences. */
  submitted?: ((job: SubmittedJob) => void) | undefined;
  /** Written into the ring of its queue; `hardware` is the id of the fence the completion of the ring signals. */
  started?: ((id: number, hardware: number) => void) | undefined;
}
