/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Detectors at work: frames from a log, learning, scores, thresholds. *Uses GSL:* learning may. */
#ifndef GPUSIM_DETECT_H
#define GPUSIM_DETECT_H

#include <gpusim/detector.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- samples ---- */

/* A table of samples in memory: what was seen of one scene, and where somebody has said so, when it
 * was anomalous. */
typedef struct gpusim_samples gpusim_samples;

/* Reads a log (gzip too), whatever it is by its first line.
 * CSV: a header; a column of time (`t`, `time`, `timestamp` in seconds or as a date), else the
 * line's number; a column `label` (0 or 1), if there is one; every other column is a signal of one
 * entity. CSV of `nvidia-smi --query-gpu`: a line for each GPU and time, told apart by uuid, bus or
 * index; columns that are gauges become signals under this library's names for them. Scrapes of
 * dcgm-exporter, one behind the other (Prometheus' text, with times in milliseconds or without):
 * likewise, and labels say which GPU on which host. What is empty, says N/A or that it is not
 * supported is missing, and so are samples of which there is no line. */
GPUSIM_API gpusim_status gpusim_samples_read(const char *path, gpusim_samples **samples,
                                             gpusim_error *err);
GPUSIM_API void gpusim_samples_destroy(gpusim_samples *samples);
GPUSIM_API const gpusim_scene *gpusim_samples_scene(const gpusim_samples *samples);
/* What the log calls it; "" where it does not say. */
GPUSIM_API const char *gpusim_samples_entity(const gpusim_samples *samples, uint32_t entity);
GPUSIM_API uint64_t gpusim_samples_count(const gpusim_samples *samples);
/* [count] of the first entity; NULL: there are none. */
GPUSIM_API const uint8_t *gpusim_samples_labels(const gpusim_samples *samples);
GPUSIM_API gpusim_frames *gpusim_samples_frames(gpusim_samples *samples);
/* From now on frames are only these samples, first .. first + count - 1. */
GPUSIM_API void gpusim_samples_select(gpusim_samples *samples, uint64_t first, uint64_t count);
GPUSIM_API gpusim_time gpusim_samples_time(const gpusim_samples *samples, uint64_t sample);

/* Frames of several sources, one source after the other, as of one: several runs to learn from.
 * GPUSIM_ARGUMENT where signals or the number of entities differ. The sources stay the caller's,
 * and outlive it. */
GPUSIM_API gpusim_status gpusim_frames_join(gpusim_frames *const *sources, uint32_t count,
                                            gpusim_frames **joined, gpusim_error *err);
GPUSIM_API void gpusim_frames_joined_destroy(gpusim_frames *joined);

/* After the last frame: what made them end early, if something did. */
GPUSIM_API gpusim_status gpusim_frames_check(const gpusim_frames *frames, gpusim_error *err);

/* ---- a detector ---- */

typedef struct gpusim_watcher gpusim_watcher;

/* The built-in detectors in order of name, ended by NULL. */
GPUSIM_API const gpusim_module *const *gpusim_detectors(void);

/* The version of XGBoost that the detector xgboost learns with, 10704 for 1.7.4; 0: there is none.
 * Loads that library. */
GPUSIM_API uint32_t gpusim_xgboost_version(void);

/* A detector in words, "NAME", "NAME:KEY=VALUE,KEY=VALUE" ("knn:neighbours=7") or "NAME:@FILE" with
 * its parameters as YAML in that file: its module and its parameters, to be destroyed by the caller
 * (NULL when it has none). */
typedef struct gpusim_parameters gpusim_parameters;
GPUSIM_API gpusim_status gpusim_detector_read(const char *words, const gpusim_module **module,
                                              gpusim_parameters **parameters, gpusim_error *err);

/* A detector for a scene, which it copies. `parameters` is the record of its module and outlives
 * it; NULL: the defaults. */
GPUSIM_API gpusim_status gpusim_watcher_create(const gpusim_module *module, const void *parameters,
                                               const gpusim_scene *scene, uint64_t seed,
                                               gpusim_watcher **watcher, gpusim_error *err);
GPUSIM_API void gpusim_watcher_destroy(gpusim_watcher *watcher);

/* Learns from frames, which should be normal ones, and forgets what it knew. */
GPUSIM_API gpusim_status gpusim_watcher_train(gpusim_watcher *watcher, gpusim_frames *frames,
                                              gpusim_error *err);

/* Whether it, or one that is under it, learns from what is marked as anomalous. Others are shown no
 * labels, and every sample that they learnt from is usual for them. */
GPUSIM_API int gpusim_watcher_reads_labels(const gpusim_watcher *watcher);

/* One frame after the other. scores[entities]; causes[entities] or NULL. */
GPUSIM_API gpusim_status gpusim_watcher_observe(gpusim_watcher *watcher, const gpusim_frame *frame,
                                                double *scores, uint32_t *causes,
                                                gpusim_error *err);

/* Scores of all frames, [frames][entities], and causes, which may be NULL. What comes before a
 * detector can speak takes its first score; of one that never speaks all are 0. Restarts it. */
GPUSIM_API gpusim_status gpusim_watcher_score(gpusim_watcher *watcher, gpusim_frames *frames,
                                              double *scores, uint32_t *causes, gpusim_error *err);

/* Watches another scene from now on: what it saw is forgotten, what it learnt is not. The names of
 * its signals have to be the same (GPUSIM_ARGUMENT), its entities may be others. Learning and
 * scoring watch the scene of their frames. */
GPUSIM_API gpusim_status gpusim_watcher_watch(gpusim_watcher *watcher, const gpusim_scene *scene,
                                              gpusim_error *err);

/* Writes what a detector has learnt to a file (little-endian, with a checksum), for any scene whose
 * signals have the same names and units. `words` say what it is, as for gpusim_detector_read, and a
 * file that they name is read again at loading; `threshold` is kept beside it. */
GPUSIM_API gpusim_status gpusim_watcher_save(const gpusim_watcher *watcher, const char *words,
                                             double threshold, const char *path, gpusim_error *err);

/* A detector from such a file, ready to observe the scene. GPUSIM_FORMAT: the file is none, or is
 * damaged; GPUSIM_ARGUMENT: it learnt from other signals (the first that differs is named), or with
 * another version of its module. A checksum tells accidents, not malice: load no stranger's file.
 */
GPUSIM_API gpusim_status gpusim_watcher_load(const char *path, const gpusim_scene *scene,
                                             gpusim_watcher **watcher, double *threshold,
                                             gpusim_error *err);

/* What a detector from a file is, in words; NULL of any other. */
GPUSIM_API const char *gpusim_watcher_words(const gpusim_watcher *watcher);

/* Forgets what it saw, not what it learnt. */
GPUSIM_API gpusim_status gpusim_watcher_restart(gpusim_watcher *watcher, gpusim_error *err);

/* ---- alarms ---- */

/* The threshold that a share of the scores stays below (0.999: one of a thousand reaches it). Where
 * that is the lowest score of all, the next number above it. Reorders the scores. */
GPUSIM_API double gpusim_threshold_of(double *scores, uint64_t count, double quantile);

/* Alarms of one series: scores that reach a threshold, with gaps of at most `gap` samples closed.
 */
typedef struct gpusim_alarm {
    uint64_t first, last; /* samples */
    uint64_t peak;        /* the one with the highest score */
} gpusim_alarm;

/* Fills alarms[(count + 1) / 2] and returns how many there are. */
GPUSIM_API uint64_t gpusim_alarms_of(const double *scores, uint64_t count, double threshold,
                                     uint32_t gap, gpusim_alarm *alarms);

/* The lowest threshold from which on, and above which anywhere, `series` series of scores, one
 * behind the other and lengths[series] long, raise at most `most` alarms; never so low that the
 * lowest score of all is one. O(n log n). */
GPUSIM_API gpusim_status gpusim_threshold_for_alarms(const double *scores, const uint64_t *lengths,
                                                     uint32_t series, uint32_t gap, uint64_t most,
                                                     double *threshold, gpusim_error *err);

#ifdef __cplusplus
}
#endif
#endif
