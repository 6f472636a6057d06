# gpu: temperature, power and clock of one GPU, and what held its clock down
panels = (has_gpu_temp > 0) + (has_power_usage > 0) + (has_sm_clock > 0) + (has_gpu_util > 0) \
    + (reasons > 0)
set xrange [from:to]
set key top right horizontal width 2
called = label[1].': '.gpu
set title called offset 0, -0.5
# room for the names of lines
room = 1.4
last = 'panel = panel + 1; if (panel > 1) { unset title }; ' \
    .'if (panel == panels) { set format x time_format; set xlabel "time, ".time_unit }'
panel = 0
if (panels == 0) {
    set label 1 'no telemetry of GPUs in this trace' at graph 0.5, graph 0.5 center
    set title label[1]
    unset key
    set yrange [0:1]
    plot -1 notitle
} else {
    set multiplot layout panels, 1 margins char 12, char 4, char 4, char 3 spacing char 0, char 1.2
    set format x ''
}
if (has_gpu_temp) {
    @last
    set ylabel 'temperature, degC'
    set yrange [*:room * (has_memory_temp && most_memory_temp > most_gpu_temp ? most_memory_temp \
        : most_gpu_temp)]
    if (has_memory_temp) {
        plot data index 'gpu_temp' using 1:3:4 with filledcurves linetype 2 notitle, \
             '' index 'gpu_temp' using 1:2 with lines linetype 2 title 'die', \
             '' index 'memory_temp' using 1:2 with lines linetype 4 title 'memory'
    } else {
        plot data index 'gpu_temp' using 1:3:4 with filledcurves linetype 2 notitle, \
             '' index 'gpu_temp' using 1:2 with lines linetype 2 notitle
    }
}
if (has_power_usage) {
    @last
    set ylabel 'power, W'
    set yrange [0:room * (has_enforced_power_limit && most_enforced_power_limit > most_power_usage \
        ? most_enforced_power_limit : most_power_usage)]
    if (has_enforced_power_limit) {
        plot data index 'power_usage' using 1:3:4 with filledcurves linetype 1 notitle, \
             '' index 'power_usage' using 1:2 with lines linetype 1 title 'drawn', \
             '' index 'enforced_power_limit' using 1:2 with lines linecolor 'gray40' dashtype 2 \
                title 'limit'
    } else {
        plot data index 'power_usage' using 1:3:4 with filledcurves linetype 1 notitle, \
             '' index 'power_usage' using 1:2 with lines linetype 1 notitle
    }
}
if (has_sm_clock) {
    @last
    set ylabel 'SM clock, MHz'
    set yrange [0:*]
    plot data index 'sm_clock' using 1:3:4 with filledcurves linetype 3 notitle, \
         '' index 'sm_clock' using 1:2 with lines linetype 3 notitle
}
if (has_gpu_util) {
    @last
    set ylabel 'utilization, '.percent
    set yrange [0:105]
    plot data index 'gpu_util' using 1:3:4 with filledcurves linetype 5 notitle, \
         '' index 'gpu_util' using 1:2 with lines linetype 5 notitle
}
if (reasons > 0) {
    @last
    set ylabel 'held down'
    set yrange [reasons + 0.5:0.5]
    set ytics ()
    do for [i = 1:reasons] { set ytics add (reason[i] i) }
    unset key
    # as dark as the share of the time
    plot for [i = 1:reasons] data index reason[i] using 1:(i):($2 > 0 ? 0.4 * $2 + 0.1 : NaN) \
        with points pointtype 5 pointsize variable linetype i
}
if (panels > 0) {
    unset multiplot
}
