/** The order of versions by which `npm run release` decides what is new. */
const { findNewestVersion, isNewer } = require('../../scripts/release');

test('the newest version is the first heading of the changelog that names one', () => {
	const changelog = '# Changelog\n\n## Unreleased\n\n## 1.0.0-rc.0 - 2026-11-30\n\n## 0.2.0\n';
	expect(findNewestVersion(changelog)).toBe('1.0.0-rc.0');
	expect(findNewestVersion('## [1.2.3] - 2026-12-01\n\n## 1.2.2\n')).toBe('1.2.3');
	expect(findNewestVersion('## Unreleased\n')).toBeUndefined();
});

test('a release candidate comes after what was released and before its own release', () => {
	const versions = [
		...['0.2.0', '1.0.0-rc.0', '1.0.0-rc.2', '1.0.0-rc.10', '1.0.0'],
		...['1.0.1-rc.0', '1.0.1', '1.2.0', '1.10.0', '2.0.0'],
	];
	for (const [index, version] of versions.entries()) {
		const older = versions.filter((other) => isNewer(version, other));
		expect(older).toEqual(versions.slice(0, index));
	}
});
