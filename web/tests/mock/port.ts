export const MOCK_PORT = Number(process.env['ASHKAR_MOCK_PORT'] ?? 4179);
export const MOCK_URL = `http://127.0.0.1:${MOCK_PORT}`;
