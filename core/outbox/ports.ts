import type { AttemptResult } from '../sending/attemptOutcome';
import type { OutgoingAttempt } from '../sending/target';

import type { Encrypter } from './store/encryption';
import type { Tables } from './store/tables';

/** What the outbox needs from outside. */
export interface OutboxPorts {
	tables: Tables;
	sealer: Encrypter;
	/** Makes one attempt. It reports failures as a result, and rejects only when cancelled. */
	attempt: (attempt: OutgoingAttempt) => Promise<AttemptResult>;
	/** Tells whoever watches what a run waits for. */
	announce: (text: string) => void;
	/** Rejects when the execution is cancelled. */
	wait: (ms: number) => Promise<void>;
	nowMs: () => number;
	/** In [0, 1). */
	random: () => number;
	/** A text that no other call returns. */
	newId: () => string;
}
