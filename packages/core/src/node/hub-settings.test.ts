import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { InvalidArgumentError } from '../errors.ts';
import { hubEndpoint, hubToken, offlineByEnvironment } from './hub-settings.ts';

beforeEach(() => {
  vi.stubEnv('HF_ENDPOINT', undefined);
  vi.stubEnv('HF_TOKEN', undefined);
});
afterEach(() => vi.unstubAllEnvs());

describe('offlineByEnvironment', () => {
  it.each([
    ['1', true],
    ['true', true],
    ['0', false],
    ['false', false],
    ['', false],
    [undefined, false],
  ])('takes AUSTEER_OFFLINE=%s for %s', (value, offline) => {
    expect(offlineByEnvironment({ AUSTEER_OFFLINE: value })).toBe(offline);
  });
});

describe('hubEndpoint', () => {
  it('prefers the option, then HF_ENDPOINT, and drops a slash at the end', () => {
    expect(hubEndpoint()).toBe('https://huggingface.co');
    vi.stubEnv('HF_ENDPOINT', 'http://mirror.example.org/hf//');
    expect(hubEndpoint()).toBe('http://mirror.example.org/hf');
    expect(hubEndpoint('https://other.example.org/')).toBe('https://other.example.org');
  });

  it.each(['ftp://hub.example.org', 'hub', 'https://me:secret@hub.example.org'])('refuses %s', (address) => {
    expect(() => hubEndpoint(address)).toThrow(InvalidArgumentError);
    expect(() => hubEndpoint(address)).not.toThrow(/secret/);
  });
});

describe('hubToken', () => {
  it('belongs to one origin, and is shown in no error', () => {
    expect(hubToken('https://hub.example.org/hf')).toBeUndefined();
    vi.stubEnv('HF_TOKEN', ' hf_word ');
    expect(hubToken('https://hub.example.org/hf')).toEqual({
      value: 'hf_word',
      origin: 'https://hub.example.org',
    });
    vi.stubEnv('HF_TOKEN', 'hf_two words');
    expect(() => hubToken('https://hub.example.org')).toThrow(InvalidArgumentError);
    expect(() => hubToken('https://hub.example.org')).not.toThrow(/words/);
  });
});
