/** Jest's globals, which the type check of the tests needs to know. */
type Jest = typeof import('@jest/globals');

declare const afterAll: Jest['afterAll'];
declare const afterEach: Jest['afterEach'];
declare const beforeAll: Jest['beforeAll'];
declare const beforeEach: Jest['beforeEach'];
declare const describe: Jest['describe'];
declare const expect: Jest['expect'];
declare const jest: Jest['jest'];
declare const test: Jest['test'];
