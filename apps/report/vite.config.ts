import { defineConfig } from 'vite';
import { viteSingleFile } from 'vite-plugin-singlefile';

export default defineConfig({
  plugins: [viteSingleFile()],
  build: {
    target: 'es2022',
    // The page leaves this folder as one file; what lies beside it stays.
    emptyOutDir: false,
  },
});
