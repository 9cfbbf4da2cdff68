/** The browser's database of those who record at stations: what waits, what is being typed, what is known. */

const NAME = 'ashkar-field';
export const WAITING = 'waiting';
export const DRAFTS = 'drafts';
/** What the server is known to say, and whose phone this is at the moment. */
export const KNOWN = 'known';

let opened: Promise<IDBDatabase> | null = null;

export function base(): Promise<IDBDatabase> {
  opened ??= new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(NAME, 2);
    request.onupgradeneeded = ({ oldVersion }) => {
      if (oldVersion < 1) {
        request.result.createObjectStore(WAITING, { keyPath: 'order', autoIncrement: true });
        request.result.createObjectStore(DRAFTS);
      }
      request.result.createObjectStore(KNOWN);
    };
    request.onsuccess = () => {
      request.result.onversionchange = () => {
        request.result.close();
        opened = null;
      };
      request.result.onclose = () => { opened = null; };
      resolve(request.result);
    };
    request.onerror = () => reject(request.error ?? new Error('no database'));
    request.onblocked = () => reject(new Error('the database is in use'));
  }).catch((error: unknown) => {
    opened = null;
    throw error;
  });
  return opened;
}

/** Does the work in one transaction; resolves once it is on the disk. */
export async function within<T>(store: string, mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const tx = (await base()).transaction(store, mode, { durability: 'strict' });
  const request = work(tx.objectStore(store));
  return new Promise((resolve, reject) => {
    tx.oncomplete = () => resolve(request.result);
    tx.onabort = () => reject(tx.error ?? new Error('not kept'));
  });
}
