import type { AttemptResult } from '../sending/attemptOutcome';
import type { OutgoingAttempt } from '../sending/target';

import type { Encrypter } from './store/encryption';
import type { Tables } from './store/tables';

/** Everything that the outbox needs from outside. */
export interface OutboxPorts {
	tables: Tables;
	encrypter: Encrypter;
	/** Makes one attempt. It reports failures as a result, and rejects only if cancelled. */
	attempt: (attempt: OutgoingAttempt) => Promise<AttemptResult>;
	/** Tells people who watch the run why it waits. */
	announce: (text: string) => void;
	/** Rejects if the execution is cancelled. */
	wait: (ms: number) => Promise<void>;
	nowMs: () => number;
	/** In [0, 1). */
	random: () => number;
	/** Returns a unique text. */
	newId: () => string;
}
