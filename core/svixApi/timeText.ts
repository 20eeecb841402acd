import { z } from 'zod';

import { isComparableTime } from '../lib/time';

/** A date and time as text. Of these, zod lets offsets pass that do not exist, such as +99:99. */
export const timeText = z
	.string()
	.datetime({ offset: true })
	.pipe(
		z
			.string()
			.refine(
				(text) => isComparableTime(Date.parse(text)),
				'must be a date and time, e.g. 2025-01-15T10:00:00.000Z',
			),
	);
