/* TIQU_API marks what libtiqu.so shows to the programs that link it; all else in it is hidden, as are the parts of a
 * shown class that are marked TIQU_LOCAL. */
#ifndef TIQU_EXPORT_H_
#define TIQU_EXPORT_H_

#if defined(__GNUC__)
#define TIQU_API __attribute__((visibility("default")))
#define TIQU_LOCAL __attribute__((visibility("hidden")))
#else
#define TIQU_API
#define TIQU_LOCAL
#endif

#endif /* TIQU_EXPORT_H_ */
