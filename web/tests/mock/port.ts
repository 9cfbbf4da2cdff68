/** How many page tests run at once, each against a stand-in of its own. */
export const PAGE_WORKERS = 2;
/** Where the first stand-in listens; the others follow it. */
export const MOCK_PORT = Number(process.env['ASHKAR_MOCK_PORT'] ?? 4179);
/** The one of this worker (Playwright gives its workers their place in TEST_PARALLEL_INDEX). */
export const MOCK_URL = `http://127.0.0.1:${MOCK_PORT + Number(process.env['TEST_PARALLEL_INDEX'] ?? 0)}`;
