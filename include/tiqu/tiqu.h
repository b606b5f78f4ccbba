/* Tiqu's C interface: answers from text, and any SavedModel of the operations that the engine knows. C99 and C++.
 *
 *   tiqu_extractor* extractor = NULL;
 *   tiqu_error* error = NULL;
 *   if (tiqu_extractor_load("models/starter", NULL, &extractor, &error) != TIQU_OK) {
 *     fprintf(stderr, "%s\n", tiqu_error_message(error));
 *     tiqu_error_free(error);
 *     return 1;
 *   }
 *   tiqu_reply* reply = NULL;
 *   if (tiqu_extractor_ask(extractor, question, TIQU_TEXT_ENDS_WITH_NUL, passage, TIQU_TEXT_ENDS_WITH_NUL, &reply,
 *                          NULL) == TIQU_OK) {
 *     size_t count = 0;
 *     const tiqu_answer* answers = tiqu_reply_answers(reply, 0, &count);
 *     for (size_t i = 0; i < count; ++i) puts(answers[i].text);
 *     tiqu_reply_free(reply);
 *   }
 *   tiqu_extractor_release(extractor);
 *
 * Errors. A function that can fail returns a code and takes `tiqu_error** error` last. Where `error` is not NULL,
 * *error becomes NULL on success, else an object with the code and a message, which the caller frees. What a function
 * makes is written to its `out` argument, which is NULL after a failure. A NULL where none is allowed gives
 * TIQU_INVALID_ARGUMENT. Functions without a code read from a handle: of NULL, or past the end, they give 0 or NULL.
 * Nothing throws, prints or exits, and no state is kept a thread, so that a runtime may move its tasks between threads.
 *
 * Memory. What ends in _free ends the object's life; free functions take NULL. A pointer that a function returns
 * belongs to the handle that it was asked of and lives as long. What is passed in is not kept after the call.
 *
 * Threads. A tiqu_extractor and a tiqu_model may be used by any number of threads at once, without a lock; they count
 * references: each holder may call _retain, and calls _release once for _load and once for each _retain. All else
 * (errors, replies, tensors) may be read by several threads at once, but changed or freed by one alone.
 *
 * ABI. Functions, codes and struct fields stay as they are for one TIQU_ABI_VERSION (the number of libtiqu.so's
 * soname). Functions and codes may be added. An options struct may grow at its end: its first field says how large the
 * caller's is, and what the caller's does not have has its default. Other structs do not grow.
 */
#ifndef TIQU_TIQU_H_
#define TIQU_TIQU_H_

#include <stddef.h>
#include <stdint.h>

#include "tiqu/export.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TIQU_VERSION_MAJOR 0
#define TIQU_VERSION_MINOR 1
#define TIQU_VERSION_PATCH 0
#define TIQU_ABI_VERSION 1

/* Of the library that runs: "0.1.0"; its TIQU_ABI_VERSION. A program that opens the library by itself compares the
 * latter with the header's. */
TIQU_API const char* tiqu_version(void);
TIQU_API int32_t tiqu_abi_version(void);

/* ---- errors ---- */

/* gRPC's canonical codes under gRPC's numbers. */
typedef int32_t tiqu_status;
enum {
  TIQU_OK = 0,
  TIQU_CANCELLED = 1,
  TIQU_UNKNOWN = 2,
  TIQU_INVALID_ARGUMENT = 3, /* what was passed in is wrong */
  TIQU_DEADLINE_EXCEEDED = 4,
  TIQU_NOT_FOUND = 5, /* a file, model, signature or tensor does not exist */
  TIQU_ALREADY_EXISTS = 6,
  TIQU_PERMISSION_DENIED = 7,   /* the operating system refused */
  TIQU_RESOURCE_EXHAUSTED = 8,  /* memory, or a limit, is used up */
  TIQU_FAILED_PRECONDITION = 9, /* a SavedModel that is not a Tiqu reader */
  TIQU_ABORTED = 10,
  TIQU_OUT_OF_RANGE = 11,
  TIQU_UNIMPLEMENTED = 12, /* an operation that the engine does not know */
  TIQU_INTERNAL = 13,      /* an invariant of the library broke */
  TIQU_UNAVAILABLE = 14,
  TIQU_DATA_LOSS = 15, /* a file is damaged or truncated */
  TIQU_UNAUTHENTICATED = 16
};

/* "INVALID_ARGUMENT" for 3; "UNKNOWN" for a number that is no code. */
TIQU_API const char* tiqu_status_name(tiqu_status status);

typedef struct tiqu_error tiqu_error;
TIQU_API tiqu_status tiqu_error_status(const tiqu_error* error);  /* TIQU_OK for NULL */
TIQU_API const char* tiqu_error_message(const tiqu_error* error); /* UTF-8; "" for NULL */
TIQU_API void tiqu_error_free(tiqu_error* error);

/* The arithmetic of the products with the model's weights; everything else is done in 32-bit floats. Changes results
 * slightly, speed a lot. */
typedef int32_t tiqu_precision;
enum {
  TIQU_PRECISION_FLOAT32 = 0,  /* as trained; the default */
  TIQU_PRECISION_BFLOAT16 = 1, /* faster where the processor has AVX512-BF16 */
  TIQU_PRECISION_INT8 = 2
};

/* ---- text in, answers out ---- */

/* As the size of a text: it ends with its first NUL byte. */
#define TIQU_TEXT_ENDS_WITH_NUL SIZE_MAX

typedef struct tiqu_extractor_options {
  size_t struct_size; /* sizeof(tiqu_extractor_options) */

  /* Smallest score of a reported answer, in [0, 1]. Negative: the model's own threshold. Default: -1. */
  float threshold;

  /* Longest passage taken, in characters; a longer one is TIQU_INVALID_ARGUMENT. 0: no limit. Default: 0. */
  int32_t max_passage_chars;

  tiqu_precision precision;
  int32_t reserved; /* 0 */
} tiqu_extractor_options;

/* The defaults, of a struct of `struct_size` bytes: tiqu_extractor_options_init(&options, sizeof options). */
TIQU_API void tiqu_extractor_options_init(tiqu_extractor_options* options, size_t struct_size);

/* A model that answers questions. */
typedef struct tiqu_extractor tiqu_extractor;

/* Loads a version folder, or the highest version of a folder of versions. `options` may be NULL: the defaults.
 * Codes: NOT_FOUND, DATA_LOSS, UNIMPLEMENTED, FAILED_PRECONDITION (not a Tiqu reader), INVALID_ARGUMENT (an option out
 * of range; an options struct of a newer library with fields set that this one does not have), RESOURCE_EXHAUSTED. */
TIQU_API tiqu_status tiqu_extractor_load(const char* model_dir, const tiqu_extractor_options* options,
                                         tiqu_extractor** out, tiqu_error** error);
TIQU_API void tiqu_extractor_retain(tiqu_extractor* extractor);
TIQU_API void tiqu_extractor_release(tiqu_extractor* extractor);

/* One span of the passage. */
typedef struct tiqu_answer {
  const char* text; /* UTF-8, in the passage's original form, with a NUL byte behind it */
  size_t text_size; /* bytes, without that NUL */
  int64_t begin;    /* offsets in Unicode code points of the passage as it was passed in, half open */
  int64_t end;
  float score;      /* calibrated probability that exactly this span is an answer, in [0, 1] */
  int32_t reserved; /* 0 */
} tiqu_answer;

/* The replies to the questions of one call, in their order. */
typedef struct tiqu_reply tiqu_reply;

/* One question on one passage, both UTF-8, with their sizes in bytes.
 * Codes: INVALID_ARGUMENT (text that is not UTF-8, an empty question or passage, a passage over the limit),
 * RESOURCE_EXHAUSTED. */
TIQU_API tiqu_status tiqu_extractor_ask(const tiqu_extractor* extractor, const char* question, size_t question_size,
                                        const char* passage, size_t passage_size, tiqu_reply** out, tiqu_error** error);

/* Several questions on one passage; cheaper than as many calls of tiqu_extractor_ask. `question_sizes` may be NULL: all
 * questions end with NUL. Codes: as above. */
TIQU_API tiqu_status tiqu_extractor_extract(const tiqu_extractor* extractor, const char* const* questions,
                                            const size_t* question_sizes, size_t question_count, const char* passage,
                                            size_t passage_size, tiqu_reply** out, tiqu_error** error);

TIQU_API size_t tiqu_reply_question_count(const tiqu_reply* reply);
/* The answers to a question (counted from 0) in passage order, and their number in *count (`count` may be NULL). */
TIQU_API const tiqu_answer* tiqu_reply_answers(const tiqu_reply* reply, size_t question, size_t* count);
/* Probability that the passage does not answer the question, in [0, 1]. */
TIQU_API float tiqu_reply_no_answer(const tiqu_reply* reply, size_t question);
TIQU_API void tiqu_reply_free(tiqu_reply* reply);

/* ---- tensors ---- */

/* TensorFlow's numbers of element types. */
typedef int32_t tiqu_dtype;
enum {
  TIQU_FLOAT = 1,
  TIQU_DOUBLE = 2,
  TIQU_INT32 = 3,
  TIQU_UINT8 = 4,
  TIQU_INT16 = 5,
  TIQU_INT8 = 6,
  TIQU_STRING = 7,
  TIQU_INT64 = 9,
  TIQU_BOOL = 10, /* a byte, 0 or 1 */
  TIQU_BFLOAT16 = 14,
  TIQU_UINT16 = 17,
  TIQU_HALF = 19,
  TIQU_UINT32 = 22,
  TIQU_UINT64 = 23
};

/* A dense row-major tensor. */
typedef struct tiqu_tensor tiqu_tensor;

/* Zeros, or empty strings. A scalar has rank 0; its `dims` may be NULL.
 * Codes: INVALID_ARGUMENT (a type that is not in the list above, a negative dimension), RESOURCE_EXHAUSTED. */
TIQU_API tiqu_status tiqu_tensor_create(tiqu_dtype dtype, const int64_t* dims, size_t rank, tiqu_tensor** out,
                                        tiqu_error** error);
TIQU_API void tiqu_tensor_free(tiqu_tensor* tensor);

TIQU_API tiqu_dtype tiqu_tensor_dtype(const tiqu_tensor* tensor);
TIQU_API const int64_t* tiqu_tensor_dims(const tiqu_tensor* tensor, size_t* rank);
TIQU_API int64_t tiqu_tensor_element_count(const tiqu_tensor* tensor);
/* The elements, aligned to 64 bytes, and their size in bytes; NULL and 0 for strings. Outputs are not copied: write
 * only into tensors that tiqu_tensor_create made. */
TIQU_API void* tiqu_tensor_data(tiqu_tensor* tensor, size_t* byte_size);
/* Any bytes, copied; `size` may be TIQU_TEXT_ENDS_WITH_NUL. Codes: INVALID_ARGUMENT (not a tensor of strings),
 * OUT_OF_RANGE. */
TIQU_API tiqu_status tiqu_tensor_set_string(tiqu_tensor* tensor, int64_t index, const char* bytes, size_t size,
                                            tiqu_error** error);
/* The bytes of a string, with a NUL behind them, and their number; NULL and 0 where there is no such string. */
TIQU_API const char* tiqu_tensor_string(const tiqu_tensor* tensor, int64_t index, size_t* size);

/* ---- tensors in, tensors out ---- */

/* A SavedModel. */
typedef struct tiqu_model tiqu_model;

typedef struct tiqu_model_options {
  size_t struct_size; /* sizeof(tiqu_model_options) */
  tiqu_precision precision;
  int32_t reserved; /* 0 */
} tiqu_model_options;

TIQU_API void tiqu_model_options_init(tiqu_model_options* options, size_t struct_size);

/* Loads a version folder, or the highest version of a folder of versions. `options` may be NULL: the defaults.
 * Codes: NOT_FOUND, DATA_LOSS, UNIMPLEMENTED (operations that the engine does not know, each by name with its nodes),
 * INVALID_ARGUMENT (a graph that does not fit together), RESOURCE_EXHAUSTED. */
TIQU_API tiqu_status tiqu_model_load(const char* model_dir, const tiqu_model_options* options, tiqu_model** out,
                                     tiqu_error** error);
TIQU_API void tiqu_model_retain(tiqu_model* model);
TIQU_API void tiqu_model_release(tiqu_model* model);

/* An input or output of a signature. */
typedef struct tiqu_tensor_spec {
  const char* name;
  const int64_t* dims; /* -1: any size */
  tiqu_dtype dtype;
  int32_t rank; /* -1: any shape */
} tiqu_tensor_spec;

/* Signatures, inputs and outputs are in the order of their names. */
TIQU_API size_t tiqu_model_signature_count(const tiqu_model* model);
TIQU_API const char* tiqu_model_signature_name(const tiqu_model* model, size_t index);
/* Of the signature of that name, and their number in *count (`count` may be NULL). */
TIQU_API const tiqu_tensor_spec* tiqu_model_inputs(const tiqu_model* model, const char* signature, size_t* count);
TIQU_API const tiqu_tensor_spec* tiqu_model_outputs(const tiqu_model* model, const char* signature, size_t* count);

/* Runs a signature on the calling thread: every input of it goes in; of its outputs, those named in `output_names` are
 * written to `outputs`, as tensors that the caller frees. After a failure all of `outputs` are NULL.
 * Codes: NOT_FOUND (no such signature or output), INVALID_ARGUMENT (an input that is missing, is none of the
 * signature's, is there twice, or has another type or shape; values that an operation refuses), RESOURCE_EXHAUSTED. */
TIQU_API tiqu_status tiqu_model_run(const tiqu_model* model, const char* signature, const char* const* input_names,
                                    const tiqu_tensor* const* inputs, size_t input_count,
                                    const char* const* output_names, tiqu_tensor** outputs, size_t output_count,
                                    tiqu_error** error);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* TIQU_TIQU_H_ */
