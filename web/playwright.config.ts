import { defineConfig } from '@playwright/test';
import { MOCK_URL, PAGE_WORKERS } from './tests/mock/port';

/**
 * `npm run test:pages` needs nothing but a build; `BASE_URL=http://127.0.0.1:8080 npm run test:e2e` needs a running centre.
 * Where times are measured there is one browser at a time. The others mostly wait, and run side by side.
 */
const browser = {
  browserName: 'chromium' as const,
  launchOptions: {
    // Chromium without its window: the same pages in two thirds of the time.
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium-headless-shell',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  },
};
const alone = ['bench', 'players'].some((project) => process.argv.includes(`--project=${project}`));
const againstCentre = ['e2e', 'bench', 'players'].some((project) => process.argv.includes(`--project=${project}`));
const centre = process.env['BASE_URL'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  workers: alone ? 1 : PAGE_WORKERS,
  fullyParallel: false,
  forbidOnly: true,
  timeout: againstCentre ? 90_000 : 60_000,
  // Other browsers and a whole centre beside them: on two slow cores a page was once 24 s late, and right.
  expect: { timeout: againstCentre ? 30_000 : 15_000 },
  reporter: [['list']],
  snapshotPathTemplate: '{testDir}/looks/{arg}{ext}',
  ...(againstCentre ? {} : { globalSetup: './tests/mock/setup.ts' }),
  use: { ...browser, locale: 'az-AZ', timezoneId: 'Europe/London', trace: 'off' },
  projects: [
    { name: 'pages', testDir: 'tests/pages', fullyParallel: true, use: { baseURL: MOCK_URL } },
    { name: 'screens', testDir: 'tests/screens', use: { baseURL: MOCK_URL } },
    { name: 'e2e', testDir: 'tests/e2e', use: { baseURL: centre } },
    // Starts a centre of its own, and other browsers beside Chromium.
    { name: 'players', testDir: 'tests/players', use: { launchOptions: { ...browser.launchOptions, executablePath: '/usr/bin/chromium', args: [...browser.launchOptions.args, '--autoplay-policy=no-user-gesture-required'] } } },
    { name: 'bench', testDir: 'tests/bench', use: { baseURL: centre } },
  ],
});
